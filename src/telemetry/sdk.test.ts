import { type AddressInfo, createServer, type Socket } from "node:net"
import { Server, ServerCredentials, status } from "@grpc/grpc-js"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { log } from "./log.ts"
import { startTestTelemetry } from "./testing.ts"
import { withCorrelation, withSpan } from "./trace.ts"

const prefix = "/opentelemetry.proto.collector"
const bytes = (value: Buffer): Buffer => value

/** Takes what a Collector takes. The real one is met by the system test; here it must be away, slow and back on cue. */
async function standIn(port = 0) {
  const received = { trace: "", metrics: "", logs: "" }
  const server = new Server()
  const answer = { refuse: undefined as status | undefined }
  for (const [signal, service] of [
    ["trace", "TraceService"],
    ["metrics", "MetricsService"],
    ["logs", "LogsService"],
  ] as const) {
    const path = `${prefix}.${signal}.v1.${service}/Export`
    const method = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
    }
    server.addService(
      { Export: { ...method, responseSerialize: bytes, responseDeserialize: bytes } },
      {
        Export: (call: { request: Buffer }, done: (error: object | null, value?: Buffer) => void) => {
          if (answer.refuse !== undefined) return done({ code: answer.refuse, details: "not now" })
          received[signal] += call.request.toString("latin1") // protobuf keeps texts readable
          done(null, Buffer.alloc(0))
        },
      },
    )
  }
  const bound = await new Promise<number>((done, failed) =>
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, at) =>
      error ? failed(error) : done(at),
    ),
  )
  return { received, answer, port: bound, endpoint: `http://127.0.0.1:${bound}`, stop: () => server.forceShutdown() }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("it did not happen within 10 s")
    await new Promise((done) => setTimeout(done, 10))
  }
}

const span = (name: string) => withSpan(name, {}, async () => {})
const occurrences = (text: string, part: string): number => text.split(part).length - 1

test("spans, metrics and logs arrive with the process' identity, each once", async () => {
  const collector = await standIn()
  const telemetry = startTestTelemetry({
    role: "worker",
    endpoint: collector.endpoint,
    metricIntervalMs: 100,
    resourceAttributes: "team=platform%20tools,service.namespace=forged,broken,=x",
  })
  await span("some-work")
  log.info("something happened", { detail: 17 })
  await until(() => collector.received.metrics.includes("process.memory.usage"))
  await telemetry.shutdown(2_000)
  assert.is(occurrences(collector.received.trace, "some-work"), 1)
  assert.is(occurrences(collector.received.logs, "something happened"), 1)
  for (const text of Object.values(collector.received)) {
    for (const part of [
      "eucora-worker",
      "platform tools",
      telemetry.instanceId,
      "deployment.environment.name",
      "eucora.role",
    ]) {
      assert.ok(text.includes(part), part)
    }
    assert.not.ok(text.includes("forged"))
  }
  collector.stop()
})

test("what happened while the Collector was away arrives within seconds of its return, and its absence is logged once", async () => {
  const first = await standIn()
  first.stop()
  const telemetry = startTestTelemetry({ endpoint: first.endpoint, metricIntervalMs: 200 })
  await withCorrelation("somebody", "ada", async () => {
    for (let n = 0; n < 1_500; n++) await span(`early-${n}-`)
  })
  const lost = () => telemetry.lines().filter((line) => line["message"] === "Collector lost").length
  await until(() => lost() > 0)
  await until(async () => (await failed(telemetry, "traces")) >= 3)
  const second = await standIn(first.port)
  const start = performance.now()
  await until(() => occurrences(second.received.trace, "early-") === 1_500)
  await until(() => second.received.metrics.length > 0)
  assert.ok(performance.now() - start < 6_000, `${performance.now() - start} ms`)
  await until(() => telemetry.lines().some((line) => line["message"] === "Collector found again"))
  assert.is(lost(), 1)
  for (const line of telemetry.lines()) assert.is(line["correlation_id"], undefined, "nobody's request is to blame")
  assert.equal(
    (await telemetry.points("telemetry.spans.dropped")).map((point) => point.value),
    [0],
  )
  await telemetry.shutdown(2_000)
  second.stop()
})

const failed = async (telemetry: ReturnType<typeof startTestTelemetry>, signal: string): Promise<number> =>
  (await telemetry.points("telemetry.exports.failed")).find((point) => point.attributes["signal"] === signal)?.value ??
  0

test("a request that the Collector refuses for good is counted as dropped", async () => {
  const collector = await standIn()
  collector.answer.refuse = status.INVALID_ARGUMENT
  const telemetry = startTestTelemetry({ endpoint: collector.endpoint })
  await span("unwelcome")
  await until(async () => (await telemetry.points("telemetry.spans.dropped"))[0]?.value === 1)
  assert.equal(
    (await telemetry.points("telemetry.spans.queued")).map((point) => point.value),
    [0],
  )
  await telemetry.shutdown(2_000)
  collector.stop()
})

test("stopping delivers the last span, count and line", async () => {
  const collector = await standIn()
  const telemetry = startTestTelemetry({ endpoint: collector.endpoint })
  await span("last-work")
  log.info("last line")
  await telemetry.shutdown(2_000)
  assert.ok(collector.received.trace.includes("last-work"))
  assert.ok(collector.received.logs.includes("last line"))
  assert.ok(collector.received.metrics.includes("process.cpu.time"))
  collector.stop()
})

test("stopping ends at its deadline when the Collector hangs, and does not reject", async () => {
  const sockets: Socket[] = []
  const hung = createServer((socket) => sockets.push(socket))
  await new Promise<void>((done) => hung.listen(0, "127.0.0.1", done))
  const telemetry = startTestTelemetry({ endpoint: `http://127.0.0.1:${(hung.address() as AddressInfo).port}` })
  await span("never arrives")
  const start = performance.now()
  await telemetry.shutdown(1_000)
  const took = performance.now() - start
  assert.ok(took < 1_200, `${took} ms`)
  const [line] = telemetry.lines().filter((each) => each["message"] === "spans were dropped")
  assert.equal(line?.["context"], { count: 1 })
  hung.close()
  for (const socket of sockets) socket.destroy()
})

test("stopping twice, or with nobody there, does not reject", async () => {
  const gone = await standIn()
  gone.stop()
  const telemetry = startTestTelemetry({ endpoint: gone.endpoint })
  await span("lost")
  await until(async () => (await failed(telemetry, "traces")) > 0)
  const start = performance.now()
  await telemetry.shutdown(5_000)
  assert.ok(performance.now() - start < 2_000, "a Collector known to be away is not waited for")
  await telemetry.shutdown(100)
})

test("disabled, only the log works", async () => {
  const telemetry = startTestTelemetry({ disabled: true })
  await span("unseen")
  log.info("seen")
  assert.equal(telemetry.spans(), [])
  assert.equal(
    telemetry.lines().map((line) => line["message"]),
    ["seen"],
  )
  await telemetry.shutdown(100)
})

test("the sampler decides which traces are kept", async () => {
  for (const [name, arg, kept] of [
    ["parentbased_always_on", 1, 50],
    ["parentbased_always_off", 1, 0],
    ["parentbased_traceidratio", 0, 0],
    ["traceidratio", 1, 50],
    ["always_off", 1, 0],
  ] as const) {
    const telemetry = startTestTelemetry({ sampler: { name, arg } })
    for (let n = 0; n < 50; n++) await span("work")
    assert.is(telemetry.spans().length, kept, name)
    await telemetry.shutdown(0)
  }
})

test.run()
