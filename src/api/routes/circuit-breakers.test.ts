import { test } from "uvu"
import * as assert from "uvu/assert"
import { circuitBreakerListSchema, circuitBreakerSchema } from "../schemas/circuit-breaker.ts"
import { aBreaker, as, posted, problemIn, testApp } from "../testing.ts"

const base = "/api/v1/circuit-breakers"

test("200: every breaker with its state, when to come back, and its newest events", async () => {
  const { app } = testApp()
  const response = await app.request(base, { headers: as("viewer") })
  assert.is(response.status, 200)
  const [{ history = [], ...breaker } = {}] = circuitBreakerListSchema.parse(await response.json()).items
  assert.equal(breaker, {
    service: "intune",
    connector_type: "intune",
    state: "OPEN",
    failures: 5,
    opened_at: "2026-03-01T12:00:00.000Z",
    retry_after_seconds: 42,
    reason: null,
  })
  assert.equal([history.length, history[0]?.type, history[0]?.subject_type], [1, "BREAKER_OPENED", "connector"])
})

test("200: an operator isolates and resets, in their own name and with a reason", async () => {
  const { app, calls } = testApp()
  const isolated = await app.request(`${base}/intune/isolate`, posted("operator", { reason: "maintenance" }))
  assert.equal([isolated.status, circuitBreakerSchema.parse(await isolated.json()).state], [200, "ISOLATED"])
  const reset = await app.request(`${base}/intune/reset`, posted("operator", { reason: "it is back" }))
  assert.equal([reset.status, circuitBreakerSchema.parse(await reset.json()).state], [200, "CLOSED"])
  assert.equal(
    calls.map(({ verb, arguments: [caller, ...given] }) => [
      verb,
      (caller as { principal: { name: string } }).principal.name,
      ...given,
    ]),
    [
      ["isolateCircuitBreaker", "operator-person", aBreaker.service, "maintenance"],
      ["resetCircuitBreaker", "operator-person", aBreaker.service, "it is back"],
    ],
  )
})

test("422: without a reason nothing is done", async () => {
  for (const verb of ["isolate", "reset"])
    for (const body of [{}, { reason: " " }, { reason: "why", force: true }]) {
      const { app, calls } = testApp()
      assert.is((await problemIn(await app.request(`${base}/intune/${verb}`, posted("operator", body)))).status, 422)
      assert.equal(calls, [])
    }
})

test("404: there is no such breaker; 400: there can be none", async () => {
  const { app } = testApp()
  for (const [service, status] of [
    ["nobody", 404],
    ["No-One", 400],
    ["a".repeat(65), 400],
  ] as const) {
    const response = await app.request(`${base}/${service}/reset`, posted("operator", { reason: "why" }))
    assert.is((await problemIn(response)).status, status)
  }
})

test.run()
