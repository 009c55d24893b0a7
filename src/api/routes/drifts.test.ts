import { test } from "uvu"
import * as assert from "uvu/assert"
import { driftCursor } from "../schemas/cursor.ts"
import { driftPageSchema } from "../schemas/drift.ts"
import { aDrift, as, existingId, problemIn, testApp } from "../testing.ts"

const path = "/api/v1/drifts"
const headers = as("viewer")

test("200: a drift says what should be where, and what is there instead", async () => {
  const response = await testApp().app.request(path, { headers })
  const { items, next } = driftPageSchema.parse(await response.json())
  assert.is(next, null)
  assert.equal(items, [
    {
      id: aDrift.id,
      state: "open",
      kind: "version_mismatch",
      deployment_id: existingId,
      app_name: "Notepad++",
      connector_type: "intune",
      ring: "LAB",
      expected_version: "8.7.1",
      devices: 2,
      found_versions: [{ version: "8.6", devices: 2 }],
      opened_at: "2026-03-01T12:00:00.000Z",
      last_seen_at: "2026-03-01T12:05:00.000Z",
      closed_at: null,
    },
  ])
})

test("200: one that is gone is closed", async () => {
  const closedAt = new Date("2026-03-01T13:00:00.000Z")
  const { app } = testApp({ listDrifts: async () => ({ items: [{ ...aDrift, closedAt }] }) })
  const { items } = driftPageSchema.parse(await (await app.request(path, { headers })).json())
  assert.equal([items[0]?.state, items[0]?.closed_at], ["closed", "2026-03-01T13:00:00.000Z"])
})

test("200: filters and position reach the verb, and the next page is linked", async () => {
  const position = { openedAt: "2026-03-01T12:00:00.123456Z", id: existingId }
  const { app, calls } = testApp({ listDrifts: async () => ({ items: [], next: position }) })
  const cursor = driftCursor.encode(position)
  const query = "state=closed&connector=jamf&app_name=Zoom&ring=PILOT&limit=5"
  const response = await app.request(`${path}?${query}&cursor=${cursor}`, { headers })
  const filter = { state: "closed", connectorType: "jamf", appName: "Zoom", ring: "PILOT", after: position, limit: 5 }
  assert.equal(calls[0]?.arguments, [filter])
  assert.is(driftPageSchema.parse(await response.json()).next, cursor)
  assert.is(response.headers.get("link"), `<${path}?${query}&cursor=${cursor}>; rel="next"`)
})

for (const query of ["state=gone", "connector=chef", "ring=MOON", "limit=0", "cursor=x", "kind=stuck", "app_name="])
  test(`400: ${query} is refused by name and reaches no verb`, async () => {
    const { app, calls } = testApp()
    const response = await app.request(`${path}?${query}`, { headers })
    assert.is(response.status, 400)
    assert.equal(
      (await problemIn(response)).errors?.map(({ field }) => field),
      [query.split("=")[0]],
    )
    assert.is(calls.length, 0)
  })

test.run()
