import { test } from "uvu"
import * as assert from "uvu/assert"
import { connectorListSchema } from "../schemas/connector.ts"
import { aConnector, as, testApp } from "../testing.ts"

const path = "/api/v1/connectors"
const headers = as("viewer")

test("200: a back end says since when it has been how it is, when that was last asked, and what went wrong last", async () => {
  const response = await testApp().app.request(path, { headers })
  assert.equal(connectorListSchema.parse(await response.json()).items, [
    {
      type: "jamf",
      configured: true,
      healthy: true,
      since: "2026-03-01T12:00:00.000Z",
      last_checked_at: "2026-03-01T12:30:00.000Z",
      last_error: { class: "transient", type: "timeout" },
      rings: ["LAB", "CANARY"],
    },
  ])
})

test("200: of one that was never probed nothing is claimed", async () => {
  const { app } = testApp({ listConnectors: async () => [{ ...aConnector, health: null }] })
  const [{ healthy, since, last_checked_at, last_error } = {}] = connectorListSchema.parse(
    await (await app.request(path, { headers })).json(),
  ).items
  assert.equal([healthy, since, last_checked_at, last_error], [null, null, null, null])
})

test.run()
