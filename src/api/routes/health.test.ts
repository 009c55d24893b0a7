import { test } from "uvu"
import * as assert from "uvu/assert"
import type { HealthStatus } from "../../lib/health.ts"
import { healthy, problemIn, testApp } from "../testing.ts"

const statuses: readonly (readonly [HealthStatus, number])[] = [
  ["healthy", 200],
  ["degraded", 200],
  ["unhealthy", 503],
]
for (const [status, code] of statuses) {
  test(`${code}: /health when ${status} serves every check`, async () => {
    const { app } = testApp({ health: async () => ({ ...healthy, status }) })
    const response = await app.request("/api/v1/health")
    assert.is(response.status, code)
    assert.equal(await response.json(), { ...healthy, status })
  })
}

test("200: /health/live asks nobody", async () => {
  const { app, calls } = testApp()
  assert.equal(await (await app.request("/api/v1/health/live")).json(), { status: "live" })
  assert.equal(calls, [])
})

test("200: /health/ready when the process takes requests", async () => {
  const { app } = testApp()
  assert.equal(await (await app.request("/api/v1/health/ready")).json(), { status: "ready" })
})

test("503: /health/ready when it does not, with Retry-After", async () => {
  const { app } = testApp({ ready: async () => false })
  const response = await app.request("/api/v1/health/ready")
  assert.is((await problemIn(response)).status, 503)
  assert.is(response.headers.get("retry-after"), "1")
})

test.run()
