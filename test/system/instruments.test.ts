/** Every instrument that is declared arrives in Prometheus from a system at work, and nothing arrives that is not declared. */
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { domainCounts } from "../../src/telemetry/domain-counts.ts"
import { domainGauges } from "../../src/telemetry/domain-gauges.ts"
import { foreignInstruments, observedInstruments, recordedInstruments } from "../../src/telemetry/instruments.ts"
import { known } from "../contract/series.ts"
import { query, scalar } from "./lib/prometheus.ts"
import { type Scene, startScene } from "./lib/rollout.ts"
import { everythingMeasured, type Traffic } from "./lib/traffic.ts"
import { waitFor } from "./lib/wait.ts"

/** What the Collector makes of spans and of other metrics. */
const derived = [
  "http_requests",
  "http_request_duration",
  "db_query_duration",
  "traces.span.metrics.calls",
  "traces.span.metrics.duration",
  "traces.service.graph.request",
  "traces.service.graph.request.client",
  "traces.service.graph.request.server",
]

const declared: readonly string[] = [
  ...[...domainCounts, ...domainGauges(1, "demo"), ...foreignInstruments].map(({ name }) => name),
  ...[...Object.values(recordedInstruments), ...Object.values(observedInstruments)].map(({ name }) => name),
  ...derived,
]

/** Counts that stay at zero in a run of a few minutes: they are there, and that is all that can be asked. */
const atRest: Readonly<Record<string, string>> = {
  "telemetry.spans.dropped": "64 MiB of spans have to wait for the Collector first",
  "telemetry.logs.dropped": "as many log records have to wait first",
}

/** What is only there at times has to have been seen once. */
const momentary = ["sse.clients", "db.connection_pool.size", "deployment.ring.devices", "process.memory.usage"]

const test = suite<{ scene: Scene; traffic: Traffic }>("instruments")

test.before(async (context) => {
  const environment = {
    OTEL_METRIC_EXPORT_INTERVAL: "2000",
    BREAKER_OPEN_SECONDS: "30",
    PROBE_INTERVAL_SECONDS: "2",
    RECONCILE_INTERVAL_SECONDS: "5",
    TRUSTED_PROXIES: "127.0.0.1",
  }
  context.scene = await startScene(["collector", "prometheus"], { environment })
  context.traffic = await everythingMeasured(context.scene).catch((error: unknown) => {
    console.error(error) // a suite that fails before its first test says nothing
    throw error
  })
})

test.after(async ({ scene, traffic }) => {
  traffic?.close()
  await scene?.own.close()
})

/** The names that the series of an instrument have. */
function seriesOf(instrument: string): readonly string[] {
  const base = instrument.replaceAll(".", "_")
  const name = new RegExp(`^${base}(_seconds|_bytes|_ratio)?(_total|_bucket|_sum|_count)?$`)
  return [...known.keys()].filter((each) => name.test(each))
}

/** What the instrument lacks; undefined where it has arrived, and from something that happened. */
async function lacking(prometheus: string, instrument: string): Promise<string | undefined> {
  const names = seriesOf(instrument)
  if (names.length === 0) return `${instrument}: no series is known`
  for (const name of names)
    if ((await scalar(prometheus, `count(last_over_time(${name}[15m]))`)) === 0) return `${name} is not there`
  const counting = names.find((name) => /_(total|count)$/.test(name)) ?? (momentary.includes(instrument) && names[0])
  if (!counting || instrument in atRest) return undefined
  const most = await scalar(prometheus, `sum(max_over_time(${counting}[15m]))`)
  return most > 0 ? undefined : `${counting} is zero`
}

test("every declared instrument arrives, and what counts has counted something", async ({ scene }) => {
  const { prometheus } = scene.own.config
  const read = async () => (await Promise.all(declared.map((each) => lacking(prometheus, each)))).filter(Boolean)
  const { found } = await waitFor(read, (missing) => missing.length === 0, 120)
  assert.equal(found, [])
})

test("a refused token is counted by what was wrong with it", async ({ scene }) => {
  const samples = await query(scene.own.config.prometheus, "sum by (reason) (auth_failures_total) > 0")
  const reasons = samples.map(({ labels }) => labels["reason"]).sort()
  assert.equal(reasons, [...recordedInstruments.authFailures.attributes.reason].sort())
})

test("nothing arrives that no table declares", async ({ scene }) => {
  const samples = await query(scene.own.config.prometheus, 'count by (__name__) ({job=~"eucora/.*"})')
  const names = samples.map(({ labels }) => labels["__name__"] ?? "")
  assert.ok(names.length > declared.length)
  assert.equal(names.filter((name) => !known.has(name)).sort(), [])
})

test("every series has the labels that are declared, and no others", async ({ scene }) => {
  const undeclared = async (name: string) => {
    const found = (await query(scene.own.config.prometheus, name)).flatMap(({ labels }) => Object.keys(labels))
    const extra = [...new Set(found)].filter((label) => label !== "__name__" && !known.get(name)?.has(label))
    return extra.map((label) => `${label} of ${name}`)
  }
  assert.equal((await Promise.all(declared.flatMap(seriesOf).map(undeclared))).flat(), [])
})

test.run()
