import { test } from "uvu"
import * as assert from "uvu/assert"
import { applicationPageSchema } from "../schemas/application.ts"
import { applicationCursor } from "../schemas/cursor.ts"
import { as, existingId, testApp } from "../testing.ts"

const path = "/api/v1/applications"
const headers = as("viewer")

test("200: an application has its newest deployment per ring and nothing for the other rings", async () => {
  const { app } = testApp()
  const response = await app.request(path, { headers })
  const { items, next } = applicationPageSchema.parse(await response.json())
  assert.is(next, null)
  const [{ rings = {}, ...application } = {}] = items
  assert.equal(application, {
    name: "Notepad++",
    label: "Notepad++",
    created_at: "2026-03-01T12:00:00.000Z",
    demo: false,
  })
  assert.equal(Object.keys(rings), ["CANARY"])
  assert.is(rings.CANARY?.links.self, `http://api.test/api/v1/deployments/${existingId}`)
})

test("200: name and position reach the verb, and the next page is linked", async () => {
  const { app, calls } = testApp({ listApplications: async () => ({ items: [], next: "Zoom" }) })
  const cursor = applicationCursor.encode("Größe & Söhne")
  const response = await app.request(`${path}?name=Zoom&demo=true&limit=5&cursor=${cursor}`, { headers })
  assert.equal(calls[0]?.arguments, [{ name: "Zoom", demo: true, limit: 5, after: "Größe & Söhne" }])
  const { next } = applicationPageSchema.parse(await response.json())
  assert.is(next, applicationCursor.encode("Zoom"))
  assert.is(response.headers.get("link"), `<${path}?name=Zoom&demo=true&limit=5&cursor=${next}>; rel="next"`)
})

test.run()
