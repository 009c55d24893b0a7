/** One vendor is away while deployments go out through two: real processes, the simulator, and a count of every request. */
import { setTimeout as pause } from "node:timers/promises"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { allEnded } from "../system/lib/api.ts"
import { scalar } from "../system/lib/prometheus.ts"
import { waitFor } from "../system/lib/wait.ts"
import { nowMs } from "./lib/counter.ts"
import { type BreakerChange, openScene, type Scene } from "./lib/scene.ts"
import { checkSeries } from "./lib/series.ts"

const openSeconds = 2
const outageSeconds = 18
/** A vendor that is away is slow to say so: until five have failed, its tasks are all that a worker will do for it. */
const failureMs = 4_000
/** Between two deployments, in milliseconds. */
const paceMs = 400
/** Deployments before and after the outage; during it there are more. */
const calm = 15
/** One worker: what it can do at a time is what the vendors share. */
const environment = { WORKER_PROCESSES: "1", BREAKER_OPEN_SECONDS: String(openSeconds) }

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

interface Load {
  /** Ids by vendor. */
  readonly ids: ReadonlyMap<string, readonly string[]>
  /** Applications that went through jamf. */
  readonly jamf: readonly string[]
}

/** Every moment a deployment through each of the vendors, until those of jamf have ended. */
async function steadyLoad(
  scene: Scene,
  phase: string,
  vendors: readonly string[],
  more: (count: number) => boolean,
): Promise<Load> {
  const submitted = new Map(vendors.map((vendor): [string, Promise<string>[]] => [vendor, []]))
  const jamf: string[] = []
  while (more(jamf.length)) {
    const name = `${phase}-${jamf.length}`
    jamf.push(`jamf-${name}`)
    for (const [vendor, ids] of submitted) ids.push(scene.submit(vendor, `${vendor}-${name}`))
    await pause(paceMs) // the pace of the load
  }
  const all = await Promise.all([...submitted].map(async ([vendor, ids]) => [vendor, await Promise.all(ids)] as const))
  const ids = new Map(all)
  await allEnded(scene.config, ids.get("jamf") ?? [], 60)
  return { ids, jamf }
}

/** Seconds from the acceptance of a deployment to its effect at the vendor, by the median. */
async function latency(scene: Scene, names: readonly string[]): Promise<number> {
  const rows = await scene.sql<{ app_name: string; at: number }[]>`
    SELECT app_name, (extract(epoch FROM created_at) * 1000)::float8 AS at FROM deployments`
  const accepted = new Map(rows.map(({ app_name, at }) => [app_name, at]))
  const made = (await scene.installs("jamf")).filter(({ app }) => names.includes(app) && accepted.has(app))
  return median(made.map(({ app, at }) => (Date.parse(at) - (accepted.get(app) ?? Number.NaN)) / 1_000))
}

interface Seen {
  /** Of the outage, in milliseconds since 1970. */
  readonly startMs: number
  readonly endMs: number
  /** Deployments through the vendor that was away. */
  readonly stranded: number
  /** What was served, exposed and written while the vendor was away. */
  readonly during: { readonly state: string | undefined; readonly series: number }
  /** Seconds until the other vendor has the order. */
  readonly latencies: { readonly before: number; readonly during: number; readonly after: number }
}

/** Intune answers nobody: slowly, as vendors do when they are away. Jamf goes on all the time. */
async function outage(scene: Scene): Promise<Seen> {
  await scene.setFaults("jamf", { latency: { medianMs: 200, p95Ms: 220 } })
  const before = await steadyLoad(scene, "before", ["jamf"], (count) => count < calm)
  await scene.setFaults("intune", { latency: { medianMs: failureMs, p95Ms: failureMs }, rules: [{ kind: "outage" }] })
  const startMs = nowMs()
  const lasts = () => nowMs() < startMs + outageSeconds * 1_000
  const during = await steadyLoad(scene, "during", ["jamf", "intune"], lasts)
  const away = during.ids.get("intune") ?? []
  const state = (await scene.breaker("intune"))?.state
  const series = await scalar(scene.config.prometheus, 'circuit_breaker_state{service="intune"}')
  const endMs = nowMs()
  await scene.setFaults("intune", {})
  await allEnded(scene.config, away, 120)
  const after = await steadyLoad(scene, "after", ["jamf"], (count) => count < calm)
  const latencies = {
    before: await latency(scene, before.jamf),
    during: await latency(scene, during.jamf),
    after: await latency(scene, after.jamf),
  }
  return { startMs, endMs, stranded: away.length, during: { state, series }, latencies }
}

const ratio = ({ before, during, after }: Seen["latencies"]) => during / Math.max(before, after)

/** In the second half of the outage the breaker lets one through after the other, with its open period between them. */
const mostLateRequests = 2

function lateRequests(scene: Scene, { startMs, endMs }: Seen): number {
  const half = startMs + (endMs - startMs) / 2
  return scene.counter.to("intune", half).filter(({ at }) => at < endMs).length
}

/** Of a call that was let through before the breaker opened, until its request is there. */
const underWayMs = 250

/** Five failures open it; what comes to the vendor from then on are tries, as many as the breaker says it made. */
function checkTries(scene: Scene, { startMs, endMs, stranded }: Seen, changes: readonly BreakerChange[]): void {
  const [opened] = changes
  assert.equal([opened?.type, opened?.from, opened?.failures], ["BREAKER_OPENED", "CLOSED", 5])
  const openedMs = (opened?.at ?? Number.NaN) + underWayMs
  const seen = scene.counter.to("intune", startMs).filter(({ at }) => at < endMs)
  const tries = seen.filter(({ at }) => at > openedMs).length
  const failed = changes.filter(({ type, from, at }) => type === "BREAKER_OPENED" && from === "HALF_OPEN" && at < endMs)
  // The last one may still be on its way at the end.
  assert.ok([0, 1].includes(tries - failed.length), `${tries} requests, ${failed.length} tries that failed`)
  assert.ok(failed.length >= 1, "no try was over")
  assert.ok(seen.length < stranded, `${seen.length} requests of ${stranded} deployments`)
}

/** Each deployment and each poll begins with a search for the application by its name, and has but one of them. */
function checkRecovery(scene: Scene, closedMs: number): void {
  const searches = scene.counter.to("intune", closedMs).filter(({ path }) => path.includes("displayName%20eq"))
  const calls = (withinMs: number) => searches.filter(({ at }) => at < closedMs + withinMs).length
  assert.ok(calls(1_000) >= 1 && calls(1_000) <= 5, `${calls(1_000)} calls in the first second of recovery`)
  assert.ok(calls(6_000) > 20, `${calls(6_000)} calls in six seconds: too few to show that any were held back`)
}

test("a vendor that is away is left alone, another one feels nothing of it, and deployments go on where they stopped", async () => {
  const scene = await openScene(environment)
  try {
    const seen = await outage(scene)
    const changes = await scene.changes("intune")
    checkTries(scene, seen, changes)
    const late = lateRequests(scene, seen)
    assert.ok(late <= mostLateRequests, `${late} requests in the second half of the outage`)
    console.log(`latency of the other vendor: ${JSON.stringify(seen.latencies)}`)
    assert.ok(ratio(seen.latencies) <= 2, JSON.stringify(seen.latencies))
    assert.ok(["OPEN", "HALF_OPEN"].includes(seen.during.state ?? ""), `${seen.during.state}`)
    assert.ok(seen.during.series >= 1, `${seen.during.series}`)
    assert.match((await scene.outcomes()).join(), /^COMPLETED \d+$/)
    const effects = (await scene.installs("intune")).map(({ app, version }) => `${app} ${version}`)
    assert.equal([effects.length, new Set(effects).size], [seen.stranded, seen.stranded])
    const last = changes.at(-1)
    assert.is(last?.type, "BREAKER_CLOSED")
    checkRecovery(scene, last?.at ?? Number.NaN)
    const served = await scene.breaker("intune")
    assert.is(served?.state, "CLOSED")
    assert.equal(
      served?.history.map(({ type }) => type),
      changes
        .map(({ type }) => type)
        .reverse()
        .slice(0, 10),
    )
    await checkSeries(scene, changes, seen.stranded)
  } finally {
    await scene.close()
  }
})

test("sabotage: with a breaker that never opens the vendor is not left alone", async () => {
  const scene = await openScene({ ...environment, BREAKER_FAILURE_THRESHOLD: "1000" })
  try {
    const late = lateRequests(scene, await outage(scene))
    assert.ok(late > 4 * mostLateRequests, `${late} requests in the second half of the outage`)
    assert.equal(await scene.changes("intune"), [])
  } finally {
    await scene.close()
  }
})

test("429 with Retry-After 7: no call for 7 s, the breaker stays closed, it is counted, and the deployment goes on", async () => {
  const scene = await openScene({})
  try {
    await scene.setFaults("intune", { rules: [{ kind: "throttle", times: 1, retryAfterSeconds: 7 }] })
    const startMs = nowMs()
    const id = await scene.submit("intune", "throttled")
    const seen = () => scene.counter.to("intune", startMs)
    assert.ok(
      (
        await waitFor(
          async () => seen().length,
          (count) => count === 1,
          20,
        )
      ).met,
    )
    assert.is((await scene.breaker("intune"))?.state, "CLOSED")
    await allEnded(scene.config, [id], 60)
    const [throttled, next] = seen().map(({ at }) => (at - startMs) / 1_000)
    const waited = (next ?? Number.NaN) - (throttled ?? Number.NaN)
    assert.ok(waited >= 7 && waited < 20, `${waited} s`)
    assert.equal([await scene.outcomes(), await scene.changes("intune")], [["COMPLETED 1"], []])
    assert.is((await scene.installs("intune")).length, 1)
    const throttles = () => scalar(scene.config.prometheus, 'sum(connector_throttled_total{connector_type="intune"})')
    assert.is((await waitFor(throttles, (value) => value >= 1, 30)).found, 1)
    assert.is(await scalar(scene.config.prometheus, 'circuit_breaker_state{service="intune"}'), 0)
    assert.is(await scalar(scene.config.prometheus, 'sum(circuit_breaker_failures_total{service="intune"})'), 0)
  } finally {
    await scene.close()
  }
})

test.run()
