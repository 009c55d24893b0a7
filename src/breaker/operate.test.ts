import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect } from "../db/client.ts"
import { listEvents } from "../events/list.ts"
import { AppError } from "../lib/errors.ts"
import { circuitBreakerState } from "../telemetry/domain-gauges.ts"
import { someone, testDomain } from "../testing.ts"
import { listBreakers } from "./list.ts"
import { isolateBreaker, resetBreaker } from "./operate.ts"
import { readBreaker } from "./row.ts"

const { domain, db, urls, close } = await testDomain()
const client = connect({ url: urls.url, applicationName: "test", max: 1 })
const operator = someone("operator-person", "operator")
const row = () => readBreaker(db, { service: "intune", connectorType: "intune" })
const gauge = async () =>
  new Map((await circuitBreakerState.read(client.sql)).map(({ attributes, value }) => [attributes["service"], value]))
const fail = async (times: number) => {
  for (let time = 0; time < times; time++) {
    const breaker = domain.breakers.of("intune")
    await breaker.settle(await breaker.admit(), { result: "failed", errorType: "timeout" })
  }
}

test("from the start each kind of back end has a breaker, and it is closed", async () => {
  assert.equal([...(await gauge())].sort(), [
    ["ansible", 0],
    ["intune", 0],
    ["jamf", 0],
    ["landscape", 0],
    ["sccm", 0],
  ])
})

test("only those of back ends that are configured are listed", async () => {
  const closed = { state: "CLOSED", failures: 0, openedAt: null, retryAfterSeconds: null, reason: null, history: [] }
  assert.equal(await listBreakers(domain), [{ service: "intune", connectorType: "intune", ...closed }])
})

test("an open one says since when, and when to come back", async () => {
  await fail(5)
  const [breaker] = await listBreakers(domain)
  assert.equal([breaker?.state, breaker?.failures, breaker?.reason], ["OPEN", 5, null])
  assert.ok(breaker?.retryAfterSeconds && breaker.retryAfterSeconds > 55 && breaker.retryAfterSeconds <= 60)
  assert.ok(breaker.openedAt && Math.abs(Date.now() - breaker.openedAt.getTime()) < 60_000)
  assert.is((await gauge()).get("intune"), 1)
})

test("an operator isolates a back end with a reason: it is in the chain, in their name, and counts as open", async () => {
  const isolated = await isolateBreaker(domain, operator, "intune", "maintenance")
  assert.equal([isolated.state, isolated.reason, isolated.retryAfterSeconds], ["ISOLATED", "maintenance", null])
  const [event] = isolated.history
  assert.equal(
    [event?.type, event?.principal, event?.correlationId],
    ["BREAKER_ISOLATED", "operator-person", "by-operator-person"],
  )
  assert.equal(event?.data, {
    service: "intune",
    connectorType: "intune",
    from: "OPEN",
    failures: 5,
    reason: "maintenance",
  })
  assert.is((await gauge()).get("intune"), 1)
})

test("isolating again leaves a second reason", async () => {
  const again = await isolateBreaker(domain, operator, "intune", "still at it")
  assert.equal([again.reason, again.history.length], ["still at it", 3])
})

test("no time and no result lead out of isolation, a reset does", async () => {
  await client.sql`UPDATE breakers SET opened_at = now() - interval '1 day' WHERE service = 'intune'`
  domain.breakers.wake()
  const refused = await domain.breakers
    .of("intune")
    .admit()
    .catch((thrown: unknown) => thrown)
  assert.match(String(refused), "isolated")
  const reset = await resetBreaker(domain, operator, "intune", "it is back")
  assert.equal([reset.state, reset.failures, reset.openedAt, reset.reason], ["CLOSED", 0, null, null])
  assert.is(reset.history[0]?.data["reason"], "it is back")
  domain.breakers.wake()
  assert.ok(await domain.breakers.of("intune").admit())
})

test("what was on its way before a reset counts no more", async () => {
  const breaker = domain.breakers.of("intune")
  const late = await breaker.admit()
  await resetBreaker(domain, operator, "intune", "to be sure")
  domain.breakers.wake()
  await breaker.settle(late, { result: "failed", errorType: "timeout" })
  assert.is((await row()).state.failures, 0)
})

test("a breaker that is not there, or whose back end is not configured, is not found", async () => {
  for (const service of ["jamf", "database", "nobody"])
    for (const operate of [isolateBreaker, resetBreaker]) {
      const thrown = await operate(domain, operator, service, "why").catch((each: unknown) => each)
      assert.ok(thrown instanceof AppError && thrown.kind === "not_found", service)
    }
})

test("the events are a chain", async () => {
  const events = await listEvents(db, "connector", (await row()).id)
  assert.equal(
    events.map(({ type }) => type),
    ["BREAKER_OPENED", "BREAKER_ISOLATED", "BREAKER_ISOLATED", "BREAKER_RESET", "BREAKER_RESET"],
  )
  for (const [index, event] of events.entries()) {
    assert.is(event.sequence, index + 1)
    assert.is(event.previousHash, events[index - 1]?.hash ?? null)
  }
})

test("points and events of the state's changes agree, and each change is counted once", async () => {
  const counted = await client.sql<{ way: string; n: number }[]>`
    SELECT (attributes::json ->> 'from') || ' ' || (attributes::json ->> 'to') AS way, sum(val)::int AS n
    FROM (SELECT unnest(instruments) AS instrument, unnest(attributes) AS attributes, unnest(vals) AS val FROM metric_inbox) AS points
    WHERE instrument = 'circuit_breaker.transitions' GROUP BY 1 ORDER BY 1`
  assert.equal(
    counted.map(({ way, n }) => [way, n]),
    [
      ["CLOSED OPEN", 1],
      ["ISOLATED CLOSED", 1],
      ["OPEN ISOLATED", 1],
    ],
  )
})

test.after(async () => {
  await client.close()
  await close()
})

test.run()
