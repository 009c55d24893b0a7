import { test } from "uvu"
import * as assert from "uvu/assert"
import { type Connector, ConnectorError, type ConnectorErrorType } from "../connectors/types.ts"
import { connect } from "../db/client.ts"
import { testDatabase } from "../db/testing.ts"
import { listEvents } from "../events/list.ts"
import { startTestTelemetry } from "../telemetry/testing.ts"
import { withCorrelation, withSpan } from "../telemetry/trace.ts"
import { uncalled } from "../testing.ts"
import { BreakerOpen } from "./breaker-open.ts"
import { createBreakers } from "./breakers.ts"
import { guardedCall, outcomeOf } from "./guard.ts"
import { readBreaker } from "./row.ts"
import { defaultBreakerSettings } from "./settings.ts"

const telemetry = startTestTelemetry({ role: "worker" })
const database = await testDatabase()
const client = connect({ url: database.url, applicationName: "test", max: 4 })
const owner = connect({ url: database.ownerUrl, applicationName: "owner", max: 1 })

let reached = 0
let behaviour: () => Promise<void> = async () => {}
const health = () => {
  reached += 1
  return behaviour()
}
const connectors = new Map<"intune", Connector>([["intune", { ...uncalled("intune"), health }]])
const breakers = createBreakers({ db: client.db, settings: defaultBreakerSettings })
const guarded = { connectors, breakers }
const call = () => guardedCall(guarded, "intune", "health", (connector, signal) => connector.health(signal))
const thrownBy = (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
const fails = (error: unknown) => () => Promise.reject(error)
const away = new ConnectorError("transient", "server", "intune: GET /health answered 503", { status: 503 })
const row = () => readBreaker(client.db, { service: "intune", connectorType: "intune" })
const sum = async (instrument: string, labels: Record<string, string> = { connector_type: "intune" }) =>
  (await telemetry.points(instrument))
    .filter(({ attributes }) => Object.entries(labels).every(([key, value]) => attributes[key] === value))
    .reduce((total, { value }) => total + value, 0)
const lastSpan = () => telemetry.spans().findLast(({ name }) => name === "intune health")
const points = async () => {
  const rows = await owner.sql<{ line: string }[]>`
    SELECT instrument || ' ' || point.attributes || ' ' || sum(val) AS line
    FROM metric_inbox, unnest(instruments, attributes, vals) AS point(instrument, attributes, val)
    GROUP BY instrument, point.attributes ORDER BY 1`
  return rows.map(({ line }) => line)
}
const openPeriodEnds = async () => {
  await owner.sql`UPDATE breakers SET period_from = now() - interval '1 minute', period_until = now()
    WHERE state = 'OPEN'`
  breakers.wake()
}

test("what a failure says about the back end", () => {
  const counted: readonly ConnectorErrorType[] = ["timeout", "network", "server", "malformed"]
  for (const errorType of counted)
    assert.equal(outcomeOf(new ConnectorError("transient", errorType, "")), { result: "failed", errorType })
  const others = [
    [new ConnectorError("transient", "throttled", "", { status: 429 }), "throttled"],
    [new ConnectorError("permanent", "client", "", { status: 404 }), "answered"],
    [new ConnectorError("policy", "auth", "", { status: 403 }), "answered"],
    [new ConnectorError("permanent", "client", "the ring has no grouping"), "unknown"],
    [new BreakerOpen("intune", "OPEN", 1), "unknown"],
    [new TypeError("ours"), "unknown"],
  ] as const
  for (const [thrown, result] of others) assert.equal(outcomeOf(thrown), { result })
})

test("a back end that is not configured is not called", async () => {
  const thrown = await thrownBy(() =>
    guardedCall(guarded, "jamf", "health", (connector, signal) => connector.health(signal)),
  )
  assert.instance(thrown, ConnectorError)
  assert.match(String(thrown), "jamf is not configured")
})

test("each failure that counts is a point of its own; the fifth opens, as an event, a point and a span event", async () => {
  behaviour = fails(away)
  await withCorrelation("order-7", undefined, async () => {
    for (let time = 1; time <= 5; time++) assert.is(await thrownBy(() => withSpan("task", {}, call)), away)
  })
  const labels = '"connector_type":"intune"'
  assert.equal(await points(), [
    `circuit_breaker.failures {${labels},"error_type":"server","service":"intune"} 5`,
    `circuit_breaker.transitions {${labels},"from":"CLOSED","service":"intune","to":"OPEN"} 1`,
  ])
  const [event, ...more] = await listEvents(client.db, "connector", (await row()).id)
  assert.equal(
    [event?.type, event?.principal, event?.correlationId, more.length],
    ["BREAKER_OPENED", "control-plane", "order-7", 0],
  )
  assert.equal(event?.data, {
    service: "intune",
    connectorType: "intune",
    from: "CLOSED",
    failures: 5,
    errorType: "server",
  })
  assert.is(event?.traceId, lastSpan()?.traceId)
  assert.equal(
    lastSpan()?.events.map(({ name }) => name),
    ["circuit_breaker.transition", "exception"],
  )
  assert.equal(lastSpan()?.attributes["error.type"], "server")
})

test("a refused call is a short error span and is counted apart: the back end and its durations know nothing of it", async () => {
  const before = { reached, made: await sum("connector.operation.duration") }
  const thrown = await thrownBy(call)
  assert.instance(thrown, BreakerOpen)
  assert.ok(thrown instanceof BreakerOpen && thrown.retryAfterSeconds > 50 && thrown.cause === undefined)
  assert.equal({ reached, made: await sum("connector.operation.duration") }, before)
  assert.is(before.made, 5)
  assert.is(await sum("circuit_breaker.rejected"), 1)
  assert.is(lastSpan()?.status, "error")
  assert.equal(
    [lastSpan()?.attributes["circuit_breaker.state"], lastSpan()?.attributes["error.type"]],
    ["OPEN", "refused"],
  )
})

test("rejections of every breaker are there from the start, the database's too", async () => {
  const known = (await telemetry.points("circuit_breaker.rejected")).map(({ attributes }) => attributes["service"])
  assert.equal(known.sort(), ["ansible", "database", "intune", "jamf", "landscape", "sccm"])
})

test("the call that tries and fails is told what the refused ones are, and its span what happened", async () => {
  await openPeriodEnds()
  const thrown = await thrownBy(call)
  assert.instance(thrown, BreakerOpen)
  assert.ok(thrown instanceof BreakerOpen && thrown.cause === away)
  assert.is(lastSpan()?.attributes["error.type"], "server")
  const told = lastSpan()?.events.filter(({ name }) => name === "circuit_breaker.transition")
  assert.equal(
    told?.map(({ attributes }) => attributes["eucora.to"]),
    ["HALF_OPEN", "OPEN"],
  )
  assert.equal([(await row()).state.kind, (await row()).state.failures], ["OPEN", 6])
})

test("the call that tries and is answered closes it, whatever the answer", async () => {
  await openPeriodEnds()
  behaviour = fails(new ConnectorError("permanent", "client", "no such thing", { status: 404 }))
  assert.match(String(await thrownBy(call)), "no such thing")
  assert.is((await row()).state.kind, "CLOSED")
  const types = (await listEvents(client.db, "connector", (await row()).id)).map(({ type }) => type)
  assert.equal(types, ["BREAKER_OPENED", "BREAKER_OPENED", "BREAKER_CLOSED"])
})

test("in the first second after closing five calls are let through and the others told to come back in it", async () => {
  behaviour = async () => {}
  const before = reached
  const thrown = await Promise.all(Array.from({ length: 20 }, () => thrownBy(call)))
  const refusals = thrown.filter((each) => each instanceof BreakerOpen)
  assert.equal([reached - before, refusals.length], [5, 15])
  for (const { state, retryAfterSeconds } of refusals) assert.ok(state === "CLOSED" && retryAfterSeconds <= 1)
})

test("a call gets no longer than its lease when it is the one that tries", async () => {
  const hasty = {
    connectors,
    breakers: createBreakers({ db: client.db, settings: { ...defaultBreakerSettings, leaseSeconds: 0.2 } }),
  }
  await owner.sql`UPDATE breakers SET state = 'OPEN', generation = generation + 1, opened_at = now(), calls_left = NULL,
    period_from = now() - interval '1 minute', period_until = now() WHERE service = 'intune'`
  const start = performance.now()
  const thrown = await thrownBy(() =>
    guardedCall(
      hasty,
      "intune",
      "health",
      (_connector, signal) =>
        new Promise<void>((_done, refuse) => {
          signal.onabort = () => refuse(new ConnectorError("transient", "timeout", "late"))
        }),
    ),
  )
  const tookMs = performance.now() - start
  assert.ok(thrown instanceof BreakerOpen && thrown.cause instanceof ConnectorError)
  assert.ok(tookMs >= 100 && tookMs < 2_000, `${tookMs} ms`)
})

test.after(async () => {
  await Promise.all([client.close(), owner.close(), telemetry.shutdown(200)])
  await database.close()
})

test.run()
