import { test } from "uvu"
import * as assert from "uvu/assert"
import { doraSchema } from "../schemas/dora.ts"
import { as, problemIn, testApp } from "../testing.ts"

const path = "/api/v1/dora"
const headers = as("viewer")

test("200: the keys, and how far they look back", async () => {
  const { app, calls } = testApp()
  const response = await app.request(`${path}?app_name=Notepad%2B%2B&include_demo=true&days=7`, { headers })
  const { days, items } = doraSchema.parse(await response.json())
  assert.is(days, 7)
  assert.equal([items[0]?.ring, items[0]?.deployments, items[0]?.lead_time.median], [null, 60, 90])
  assert.equal(calls[0]?.arguments, [{ appName: "Notepad++", includeDemo: true, days: 7 }])
})

test("200: thirty days, and every application, where nothing is said", async () => {
  const { app, calls } = testApp()
  await app.request(path, { headers })
  assert.equal(calls[0]?.arguments, [{ appName: undefined, includeDemo: undefined, days: 30 }])
})

for (const query of ["days=0", "days=366", "days=x", "ring=LAB"])
  test(`400: ${query}`, async () => {
    const problem = await problemIn(await testApp().app.request(`${path}?${query}`, { headers }))
    assert.is(problem.status, 400)
  })

test.run()
