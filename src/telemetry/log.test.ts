import { spawnSync } from "node:child_process"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { log } from "./log.ts"
import { startTestTelemetry } from "./testing.ts"
import { withCorrelation, withSpan } from "./trace.ts"

const telemetry = startTestTelemetry({ role: "worker", logLevel: "info" })
const canary = "cAnArY-5d20"
const lastLine = () => telemetry.lines().at(-1) ?? {}

test("every event is one line that parses, whatever it holds", () => {
  const before = telemetry.lines().length
  const awkward = ["two\nlines", "\u0000\u001b[31m", "\ud800 half a pair", '"quoted"', "\u2028", "ünïcödé", "}{"]
  for (const text of awkward) log.info("something happened", { text, [text]: 1 })
  const circular: { self?: unknown } = {}
  circular.self = circular
  log.error("something failed", { circular, big: 1n, error: new Error("multi\nline"), none: undefined })
  assert.is(telemetry.lines().length, before + awkward.length + 1)
})

test("no secret gets into a line, neither by name nor inside a text, a cause or a stack", () => {
  const error = new Error(`request with Bearer ${canary} failed`, { cause: new Error(`password=${canary}`) })
  log.warn("call failed", { error, headers: { authorization: canary, accept: "json" }, url: `https://u:${canary}@h/` })
  log.warn(`message with token=${canary}`)
  assert.not.match(JSON.stringify(telemetry.lines()), canary)
  assert.match(JSON.stringify(telemetry.lines()), /"accept":"json"/)
})

test("lines below the level are not written", () => {
  const before = telemetry.lines().length
  log.debug("detail")
  log.trace("more detail")
  assert.is(telemetry.lines().length, before)
})

test("context cannot take the place of the fields that say who wrote the line", () => {
  log.info("disguised", { service_name: "other", level: "fatal", trace_id: "0", message: "x" })
  const line = lastLine()
  assert.equal([line["service_name"], line["level"], line["message"]], ["eucora-worker", "info", "disguised"])
  assert.is(line["trace_id"], undefined)
  assert.equal(line["context"], { service_name: "other", level: "fatal", trace_id: "0", message: "x" })
})

test("correlation follows asynchronous work and ends with it", async () => {
  await withCorrelation("outer", undefined, async () => {
    await withCorrelation("inner", "grace", async () => {
      await new Promise((done) => setImmediate(done))
      log.info("inside")
    })
    assert.equal([lastLine()["correlation_id"], lastLine()["principal"]], ["inner", "grace"])
    log.info("outside")
    assert.equal([lastLine()["correlation_id"], lastLine()["principal"]], ["outer", undefined])
  })
  log.info("nowhere")
  assert.is(lastLine()["correlation_id"], undefined)
})

test("a line inside a span names it", async () => {
  await withSpan("work", {}, async () => log.info("working"))
  const span = telemetry.spans().at(-1)
  assert.equal([lastLine()["trace_id"], lastLine()["span_id"]], [span?.traceId, span?.spanId])
})

test("before telemetry starts only what is wrong is written, as lines of the same kind", () => {
  const script = `import { log } from "./log.ts"; log.info("quiet"); log.error("loud", { token: "${canary}" })`
  const { stdout } = spawnSync(process.execPath, ["--input-type=module-typescript", "-e", script], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  })
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  assert.is(lines.length, 1)
  assert.equal([lines[0].message, lines[0].level, lines[0].context.token], ["loud", "error", "[redacted]"])
})

test.after(() => telemetry.shutdown(200))

test.run()
