/** The Collector with its further files, really run: what is sent in at one end, and what arrives at the other. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { Launcher } from "../../src/stack/launcher.ts"
import { type RunningCollector, startCollector } from "./lib/collector.ts"
import { newTraceId, type OtlpSink, otlpSink, sendCounter, sendLog, sendSpans } from "./lib/otlp.ts"
import { waitFor } from "./lib/wait.ts"

const folder = mkdtempSync(join(tmpdir(), "eucora-pipelines-"))
const launcher = new Launcher()
const collectors: RunningCollector[] = []
const sinks: OtlpSink[] = []

test.after.each(async () => {
  await Promise.all(collectors.splice(0).map((each) => each.stop()))
  for (const sink of sinks.splice(0)) sink.close()
})

test.after(() => {
  launcher.close()
  rmSync(folder, { recursive: true })
})

async function newSink(): Promise<OtlpSink> {
  const sink = await otlpSink()
  sinks.push(sink)
  return sink
}

async function started(name: string, files: readonly string[], environment: Readonly<Record<string, string>>) {
  const collector = await startCollector({ launcher, folder, name, files, environment })
  collectors.push(collector)
  return collector
}

async function arrived(sink: OtlpSink, count: number): Promise<void> {
  const { found, met } = await waitFor(
    async () => sink.spans.length,
    (length) => length >= count,
    20,
  )
  assert.ok(met, `${found} of ${count} spans arrived`)
}

const matching = async (collector: RunningCollector, series: RegExp) =>
  (await collector.exposition()).split("\n").filter((line) => series.test(line))

/** The sum of a series in the exposition over all its label sets that match. */
async function total(collector: RunningCollector, series: RegExp): Promise<number> {
  const lines = await matching(collector, series)
  return lines.reduce((sum, line) => sum + Number(line.replace(/ # .*/, "").split(" ").at(-1)), 0)
}

const calls = /^traces_span_metrics_calls_total\{/

test("secrets in attributes, events, the status of a span and in logs go no further than the Collector", async () => {
  const sink = await newSink()
  const collector = await started("redaction", [], { JAEGER_OTLP_ENDPOINT: sink.url })
  const canary = "canary-7f3a9c"
  await sendSpans(collector.http, {
    traceId: newTraceId(),
    name: "spill",
    attributes: {
      "db.password": canary,
      "url.full": `https://admin:${canary}@intune.example/`,
      plain: `token eucora_${canary}aaaaaaaaaaaa`,
    },
    event: { "exception.message": `Bearer ${canary}` },
    error: `refused: api_key=${canary}`,
  })
  await sendLog(collector.http, `login with password=${canary} failed`, { authorization: canary })
  await arrived(sink, 1)
  await waitFor(
    async () => collector.printed(),
    (printed) => printed.includes("login with"),
    10,
  )
  assert.match(collector.printed(), "login with")
  for (const text of [sink.text(), collector.printed(), await collector.exposition()]) assert.not.match(text, canary)
})

test("a span name that is never the same fills the series to their limit, and what is beyond is counted together", async () => {
  const collector = await started("cardinality", [], { JAEGER_OTLP_ENDPOINT: (await newSink()).url })
  const spans = Array.from({ length: 2_500 }, (_, index) => ({ traceId: newTraceId(), name: `GET /devices/${index}` }))
  await sendSpans(collector.http, ...spans)
  const { met } = await waitFor(
    () => total(collector, calls),
    (sum) => sum === spans.length,
    15,
  )
  assert.ok(met, "every span is counted")
  assert.is((await matching(collector, calls)).length, 2_001)
  const overflow = /^traces_span_metrics_calls_total\{.*otel_metric_overflow="true"/
  assert.is(await total(collector, overflow), spans.length - 2_000)
})

test("tail sampling keeps deployments and errors, drops the rest, and counts all of them", async () => {
  const sink = await newSink()
  const environment = { JAEGER_OTLP_ENDPOINT: sink.url, TAIL_SAMPLING_WAIT: "1s", TAIL_SAMPLING_PERCENTAGE: "0" }
  const collector = await started("sampling", ["tail-sampling.yaml"], environment)
  const [deployment, error, plain] = [newTraceId(), newTraceId(), newTraceId()]
  await sendSpans(collector.http, { traceId: plain, name: "poll" })
  await sendSpans(collector.http, { traceId: deployment, name: "first stage", attributes: { "deployment.id": "d1" } })
  await sendSpans(collector.http, { traceId: error, name: "failure", error: "no" })
  await arrived(sink, 2)
  // After the decision, and without an attribute by which it could be made: it goes where its trace went.
  await sendSpans(collector.http, { traceId: plain, name: "late poll" })
  await sendSpans(collector.http, { traceId: deployment, name: "late stage" })
  await arrived(sink, 3)
  assert.equal(sink.spans.map(({ name }) => name).sort(), ["failure", "first stage", "late stage"])
  const { met } = await waitFor(
    () => total(collector, calls),
    (sum) => sum === 5,
    15,
  )
  assert.ok(met, "all five spans are counted")
})

test("an edge hands all spans of a trace to the same gateway, which alone counts them; metrics stay at the edge", async () => {
  const first = await newSink()
  const second = await newSink()
  const gateway = (name: string, sink: OtlpSink) =>
    started(name, ["gateway.yaml", "tail-sampling.yaml"], {
      JAEGER_OTLP_ENDPOINT: sink.url,
      COLLECTOR_NAME: name,
      TAIL_SAMPLING_WAIT: "1s",
      TAIL_SAMPLING_PERCENTAGE: "100",
    })
  const gateways = await Promise.all([gateway("gateway-1", first), gateway("gateway-2", second)])
  const edge = await started("edge", ["edge.yaml"], { GATEWAYS: `[${gateways.map(({ grpc }) => grpc).join(", ")}]` })
  const traceIds = Array.from({ length: 20 }, newTraceId)
  await sendCounter(edge.http, "kept_here", 7)
  for (const name of ["begin", "end"])
    await Promise.all(traceIds.map((traceId) => sendSpans(edge.http, { traceId, name })))
  const all = () => [...first.spans, ...second.spans]
  const { met } = await waitFor(
    async () => all().length,
    (length) => length === 40,
    20,
  )
  assert.ok(met, `${all().length} of 40 spans arrived`)
  for (const sink of [first, second]) {
    assert.ok(sink.spans.length > 0, "both gateways have work")
    for (const { traceId } of sink.spans)
      assert.is(sink.spans.filter((span) => span.traceId === traceId).length, 2, "a trace is whole where it is")
  }
  const counted = () => Promise.all(gateways.map((each) => total(each, calls)))
  const whole = await waitFor(counted, ([one = 0, two = 0]) => one + two === 40, 15)
  assert.ok(whole.met, `gateways counted ${whole.found}`)
  assert.match(await gateways[0].exposition(), /traces_span_metrics_calls_total\{collector="gateway-1"/)
  assert.is(await total(edge, calls), 0)
  assert.is(await total(edge, /^kept_here_total\{/), 7)
})

test.run()
