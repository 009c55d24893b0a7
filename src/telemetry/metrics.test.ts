import { test } from "uvu"
import * as assert from "uvu/assert"
import { knownSeries } from "./durable/definition.ts"
import { foreignInstruments, observedInstruments, recordedInstruments } from "./instruments.ts"
import { metrics } from "./metrics.ts"
import { startTestTelemetry } from "./testing.ts"

metrics.taskRetries.add({ task_name: "poll-ring" }) // before the start: not counted, and no error

const telemetry = startTestTelemetry({ metricIntervalMs: 3_600_000 })

test("what is read when metrics are collected is there from the start", async () => {
  const names = await telemetry.instruments()
  for (const { name } of Object.values(observedInstruments)) assert.ok(names.includes(name), name)
})

test("counters with known labels are there from the start, as zero", async () => {
  for (const instrument of [recordedInstruments.authFailures, recordedInstruments.connectorThrottled]) {
    const points = await telemetry.points(instrument.name)
    assert.equal(points.map((point) => JSON.stringify(point.attributes)).sort(), [...knownSeries(instrument)].sort())
    for (const { value } of points) assert.is(value, 0)
  }
  assert.equal(await telemetry.points("idempotency.replays"), [{ attributes: {}, value: 0 }])
})

test("each recorder records under the name that is declared", async () => {
  metrics.taskDuration.record(0.2, { task_name: "poll-ring", status: "success" })
  metrics.taskRetries.add({ task_name: "poll-ring" })
  metrics.taskRetries.add({ task_name: "poll-ring" }, 2)
  metrics.connectorOperationDuration.record(1, { connector_type: "jamf", operation: "status", status: "failed" })
  metrics.connectorThrottled.add({ connector_type: "jamf" })
  metrics.circuitBreakerRejected.add({ service: "jamf", connector_type: "jamf" })
  metrics.gateQueryErrors.add({ ring: "LAB" })
  metrics.queryDuration.record(0.01, { "db.system.name": "postgresql", "db.operation.name": "select" })
  metrics.activeRequests.add({ "http.request.method": "GET", "url.scheme": "http" }, 1)
  metrics.durableFailures.add({ part: "database" })
  metrics.idempotencyReplays.add({})
  metrics.alertNotifications.add({ alertname: "Watchdog", status: "firing" })
  metrics.authFailures.add({ reason: "missing" })
  metrics.rateLimitRejected.add({ scope: "token" })
  metrics.sseClients.add({}, 1)
  for (const { name } of Object.values(recordedInstruments)) {
    const sum = (await telemetry.points(name)).reduce((total, point) => total + point.value, 0)
    assert.is(sum, name === "task.retries" ? 3 : 1, name)
  }
})

test("processor time only grows, and memory is that of the process", async () => {
  const cpu = async () => (await telemetry.points("process.cpu.time")).reduce((sum, point) => sum + point.value, 0)
  const before = await cpu()
  for (let n = 0; n < 1e7; n++) Math.sqrt(n)
  assert.ok((await cpu()) > before)
  const [memory] = await telemetry.points("process.memory.usage")
  assert.ok(memory !== undefined && memory.value > 1e7 && memory.value < 4e9, `${memory?.value} bytes`)
})

test("the runtime's instruments are there under the names that are declared", async () => {
  const runtime = foreignInstruments.map(({ name }) => name).filter((name) => /^(nodejs|v8js)\./.test(name))
  const end = Date.now() + 5_000
  let missing = runtime
  while (missing.length > 0 && Date.now() < end) {
    Array.from({ length: 1e5 }, (_, n) => ({ n })) // garbage, so that a collection is measured
    await new Promise((done) => setImmediate(done))
    const names = await telemetry.instruments()
    missing = runtime.filter((name) => !names.includes(name))
  }
  assert.equal(missing, [])
})

test.after(() => telemetry.shutdown(200))

test.run()
