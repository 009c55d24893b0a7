import { suite } from "uvu"
import * as assert from "uvu/assert"
import { createBreakers } from "../breaker/breakers.ts"
import { isolateBreaker } from "../breaker/operate.ts"
import { defaultBreakerSettings } from "../breaker/settings.ts"
import { type Connector, ConnectorError, connectorTypes } from "../connectors/types.ts"
import type { Domain } from "../domain.ts"
import type { EventType } from "../events/types.ts"
import { rings } from "../rings/rings.ts"
import { vendorFaultsSchema } from "../simulator/faults.ts"
import { someone, uncalled, until } from "../testing.ts"
import { connectorsCheck } from "./health-check.ts"
import { listConnectors } from "./list.ts"
import { probeConnectors } from "./probe.ts"
import { readHealth } from "./row.ts"
import { outage, simulatedDomain } from "./testing.ts"

const run = await simulatedDomain()
const { domain, db, sql } = run

const test = suite("probes")
test.before.each(async () => {
  run.simulator.faults.clear()
  await sql`DELETE FROM connector_health`
  await sql`UPDATE breakers SET state = 'CLOSED', failures = 0, generation = generation + 1, opened_at = NULL,
    period_from = NULL, period_until = NULL, calls_left = NULL, reason = NULL`
})
test.after(() => run.close())

/** What was told of a back end since the test began; events cannot be taken back. */
async function told(of: () => Promise<void>): Promise<readonly EventType[]> {
  const [{ last } = { last: 0 }] = await sql<
    { last: number }[]
  >`SELECT count(*)::int AS last FROM events WHERE type LIKE 'CONNECTOR_%'`
  await of()
  const rows = await sql<{ type: EventType }[]>`
    SELECT type FROM events WHERE type LIKE 'CONNECTOR_%' ORDER BY at, sequence OFFSET ${last}`
  return rows.map(({ type }) => type)
}

const breakersWith = (openSeconds: number) =>
  createBreakers({ db, settings: { ...defaultBreakerSettings, openSeconds, recoverySeconds: 0.001 } })

/** A back end whose health is what `answer` says. */
function alone(answer: () => Promise<void>): Domain {
  const jamf: Connector = { ...uncalled("jamf"), health: answer }
  return { ...domain, connectors: new Map([["jamf", jamf]]), breakers: breakersWith(60) }
}

const health = async () => (await readHealth(db)).get("jamf")

test("every configured back end is probed, and being well from the start is no event", async () => {
  const events = await told(() => probeConnectors(domain))
  assert.equal(events, [])
  const found = await readHealth(db)
  assert.equal([...found.keys()].sort(), [...connectorTypes].sort())
  for (const { healthy, lastFailure } of found.values()) assert.equal([healthy, lastFailure], [true, null])
})

test("an outage is an event and so is its end, and more of the same is none; the other back ends stay well", async () => {
  const fault = outage(run, "jamf")
  const down = await told(async () => {
    for (let probes = 0; probes < 3; probes += 1) await probeConnectors(domain)
  })
  assert.equal(down, ["CONNECTOR_UNHEALTHY"])
  const unhealthy = await health()
  assert.equal([unhealthy?.healthy, unhealthy?.lastFailure], [false, { errorClass: "transient", errorType: "server" }])
  const others = [...(await readHealth(db))].filter(([type]) => type !== "jamf")
  assert.ok(others.every(([, each]) => each.healthy))
  fault.over()
  const up = await told(async () => {
    for (let probes = 0; probes < 2; probes += 1) await probeConnectors(domain)
  })
  assert.equal(up, ["CONNECTOR_RECOVERED"])
  const recovered = await health()
  assert.ok(recovered?.healthy)
  assert.equal(recovered?.lastFailure, { errorClass: "transient", errorType: "server" })
})

test("its events are links of the back end's own chain", async () => {
  const fault = outage(run, "sccm")
  await probeConnectors(domain)
  fault.over()
  await probeConnectors(domain)
  const chain = await sql<
    { type: string; hash: string; previous_hash: string | null; data: { connectorType: string } }[]
  >`
    SELECT e.type, e.hash, e.previous_hash, e.data FROM events e JOIN breakers b ON b.id = e.subject_id
    WHERE e.subject_type = 'connector' AND b.connector_type = 'sccm' ORDER BY e.sequence`
  assert.equal(
    chain.map(({ type }) => type),
    ["CONNECTOR_UNHEALTHY", "CONNECTOR_RECOVERED"],
  )
  assert.equal(
    chain.map(({ data }) => data.connectorType),
    ["sccm", "sccm"],
  )
  assert.is(chain[1]?.previous_hash, chain[0]?.hash)
})

test("since when it is so stays, when it was last asked does not", async () => {
  await probeConnectors(domain)
  const first = await health()
  await probeConnectors(domain)
  const second = await health()
  assert.equal(second?.since, first?.since)
  assert.ok((second?.checkedAt.getTime() ?? 0) > (first?.checkedAt.getTime() ?? 0))
})

test("wrong credentials are unhealthy, of class policy", async () => {
  const refused = () => Promise.reject(new ConnectorError("policy", "auth", "jamf: 401", { status: 401 }))
  await probeConnectors(alone(refused))
  assert.equal((await health())?.lastFailure, { errorClass: "policy", errorType: "auth" })
})

test("a back end that does not answer in time is unhealthy", async () => {
  run.simulator.faults.set("jamf", vendorFaultsSchema.parse({ rules: [{ kind: "hang" }] }))
  const started = performance.now()
  await probeConnectors(domain, 300)
  assert.ok(performance.now() - started < 2_000)
  assert.equal((await health())?.lastFailure, { errorClass: "transient", errorType: "timeout" })
})

test("being throttled says nothing about its health", async () => {
  await probeConnectors(domain)
  const before = await health()
  run.simulator.faults.set("jamf", vendorFaultsSchema.parse({ rules: [{ kind: "throttle" }] }))
  assert.equal(await told(() => probeConnectors(domain)), [])
  assert.equal(await health(), before)
})

test("a probe that the circuit breaker refuses changes nothing: the time of the last one grows old", async () => {
  await probeConnectors(domain)
  const before = await health()
  await isolateBreaker(domain, someone("operator", "operator"), "jamf", "maintenance")
  domain.breakers.wake()
  assert.equal(await told(() => probeConnectors(domain)), [])
  assert.equal(await health(), before)
  domain.breakers.wake()
})

test("the one call that tries a broken back end is a probe that counts, well or not", async () => {
  const fault = outage(run, "jamf")
  const quick: Domain = { ...domain, breakers: breakersWith(0.1) }
  const state = async () =>
    (await sql<{ state: string }[]>`SELECT state FROM breakers WHERE service = 'jamf'`)[0]?.state
  await until("an open breaker", async () => {
    await probeConnectors(quick)
    return (await state()) === "OPEN"
  })
  const opened = await health()
  await until("a probe in spite of it", async () => {
    await probeConnectors(quick)
    return (await health())?.checkedAt.getTime() !== opened?.checkedAt.getTime()
  })
  assert.not((await health())?.healthy)
  fault.over()
  await until("a healthy back end and a closed breaker", async () => {
    await probeConnectors(quick)
    return (await health())?.healthy === true && (await state()) === "CLOSED"
  })
})

test("a probe that comes back after a newer one has begun changes nothing", async () => {
  let fail: (error: Error) => void = () => {}
  const hanging = new Promise<void>((_, reject) => {
    fail = reject
  })
  let asked = false
  const late = probeConnectors(
    alone(() => {
      asked = true
      return hanging
    }),
  )
  await until("the first probe's call", () => asked)
  await probeConnectors(alone(() => Promise.resolve()))
  const events = await told(async () => {
    fail(new ConnectorError("transient", "server", "jamf: 503", { status: 503 }))
    await late
  })
  assert.equal(events, [])
  assert.ok((await health())?.healthy)
})

test("what is no answer of a back end's fails the task, which is then repeated", async () => {
  const broken = alone(() => Promise.reject(new TypeError("a mistake of ours")))
  const thrown = await probeConnectors(broken).catch((error: unknown) => error)
  assert.instance(thrown, TypeError)
  assert.is(await health(), undefined)
})

test("the gauges say how each is and when that was found out; one that is not configured any more has none", async () => {
  const fault = outage(run, "intune")
  await probeConnectors(domain)
  fault.over()
  const gauge = await run.gauge("connector.health")
  assert.equal([gauge.get("intune"), gauge.get("jamf"), gauge.size], [0, 1, 5])
  const [{ now } = { now: 0 }] = await sql<{ now: number }[]>`SELECT extract(epoch FROM now())::float8 AS now`
  const checked = (await run.gauge("connector.last_checked")).get("jamf") ?? 0
  assert.ok(checked <= now && checked > now - 5, `${checked} of ${now}`)
  await probeConnectors(alone(() => Promise.resolve()))
  for (const name of ["connector.health", "connector.last_checked"])
    assert.equal([...(await run.gauge(name)).keys()], ["jamf"], name)
})

test("all kinds are listed, with their rings where they are configured", async () => {
  const only = alone(() => Promise.resolve())
  assert.is((await listConnectors(only)).find(({ type }) => type === "jamf")?.health, null)
  await probeConnectors(domain)
  const listed = await listConnectors(only)
  assert.equal(
    listed.map(({ type, configured }) => [type, configured]),
    connectorTypes.map((type) => [type, type === "jamf"]),
  )
  const [jamf, intune] = (["jamf", "intune"] as const).map((type) => listed.find((each) => each.type === type))
  assert.equal([jamf?.rings, jamf?.health?.healthy], [rings, true])
  assert.equal([intune?.rings, intune?.health], [[], null])
})

test("health is degraded by a back end that is unhealthy, unprobed, or was not probed of late", async () => {
  const check = () => connectorsCheck(db, domain.connectors.keys(), 30)
  assert.match((await check()).detail, "jamf not probed yet")
  const fault = outage(run, "jamf")
  await probeConnectors(domain)
  assert.equal(await check(), { status: "degraded", detail: "jamf unhealthy" })
  fault.over()
  await probeConnectors(domain)
  assert.equal(await check(), { status: "healthy", detail: "5 of 5 healthy" })
  await sql`UPDATE connector_health SET checked_at = now() - interval '151 s' WHERE connector_type = 'sccm'`
  assert.equal(await check(), { status: "degraded", detail: "sccm not probed of late" })
  assert.equal(await connectorsCheck(db, [], 30), { status: "degraded", detail: "none configured" })
})

test.run()
