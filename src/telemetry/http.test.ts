import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { setHttpRoute } from "./http.ts"
import { log } from "./log.ts"
import { startTestTelemetry } from "./testing.ts"
import { currentTraceparent, withCorrelation } from "./trace.ts"

const telemetry = startTestTelemetry({ serviceName: "eucora-api" })
const forged = { trace: "0af7651916cd43dd8448eb211c80319c", span: "b7ad6b7169203331" }

let release: (() => void) | undefined
const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
  if (request.url?.startsWith("/things/")) setHttpRoute("/things/{id}")
  if (request.url === "/things/slow") await new Promise<void>((done) => (release = done))
  if (request.url === "/things/broken") response.statusCode = 500
  await withCorrelation("corr-1", "ada", async () => log.info("handled"))
  response.end(currentTraceparent() ?? "none")
})
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
const { port } = server.address() as AddressInfo

/** Sends a request and answers its body, once the server has recorded it. */
async function send(
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<string> {
  const before = telemetry.spans().length
  const body = await new Promise<string>((done, failed) => {
    const outgoing = httpRequest({ port, path, agent: false, ...options }, (answer) => {
      let text = ""
      answer.on("data", (chunk) => (text += chunk)).on("end", () => done(text))
    })
    outgoing.on("error", failed).end()
  })
  if (body !== "none") await until(() => telemetry.spans().length > before)
  return body
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5_000
  while (!condition()) {
    if (Date.now() > end) throw new Error("it did not happen within 5 s")
    await new Promise((done) => setImmediate(done))
  }
}

const lastSpan = () => {
  const span = telemetry.spans().at(-1)
  if (span === undefined) throw new Error("no span")
  return span
}

test("a request is a SERVER span named by its route", async () => {
  await send("/things/1")
  const { name, kind, attributes, status } = lastSpan()
  assert.equal([name, kind, status], ["GET /things/{id}", "server", "unset"])
  assert.is(attributes["http.route"], "/things/{id}")
  assert.is(attributes["http.response.status_code"], 200)
})

test("a forged traceparent, sampling flag and baggage are not adopted: the caller is linked", async () => {
  for (const flag of ["00", "01"]) {
    const traceparent = `00-${forged.trace}-${forged.span}-${flag}`
    const seen = await send("/things/1", { headers: { traceparent, tracestate: "a=1", baggage: "user=admin" } })
    assert.not.match(seen, forged.trace)
    assert.match(seen, /-01$/)
    const span = lastSpan()
    assert.is.not(span.traceId, forged.trace)
    assert.is(span.parentSpanId, undefined)
    assert.equal(span.links, [{ traceId: forged.trace, spanId: forged.span }])
    assert.not.match(JSON.stringify(span.attributes), "admin")
  }
})

test("what is not a traceparent is ignored", async () => {
  for (const traceparent of [
    "",
    "nonsense",
    `00-${"0".repeat(32)}-${forged.span}-01`,
    `ff-${forged.trace}-${forged.span}-01`,
  ]) {
    await send("/things/1", { headers: { traceparent } })
    assert.equal(lastSpan().links, [])
  }
})

test("the correlation id stands on the span and on the log line, which also names span and principal", async () => {
  await send("/things/1")
  const span = lastSpan()
  assert.is(span.attributes["eucora.correlation_id"], "corr-1")
  const { timestamp, ...line } =
    telemetry
      .lines()
      .filter((each) => each["message"] === "handled")
      .at(-1) ?? {}
  assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.equal(line, {
    level: "info",
    service_name: "eucora-api",
    role: "api",
    version: "0.0.0",
    environment: "test",
    correlation_id: "corr-1",
    principal: "ada",
    trace_id: span.traceId,
    span_id: span.spanId,
    message: "handled",
  })
})

test("a secret in the query is not on the span", async () => {
  await send("/things/1?access_token=canary-17&page=2")
  assert.is(lastSpan().attributes["url.query"], "access_token=[redacted]&page=2")
})

test("probes and the metrics endpoint make no spans and count nothing", async () => {
  const before = telemetry.spans().length
  for (const path of ["/health/live", "/health", "/api/v1/health/ready", "/metrics", "/api/v1/metrics/?x=1"]) {
    assert.is(await send(path), "none")
  }
  assert.is(telemetry.spans().length, before)
  const routes = (await telemetry.points("http.server.request.duration")).map((point) => point.attributes["http.route"])
  assert.equal(routes, ["/things/{id}"])
})

test("durations are labelled by route, method and status; unknown methods are _OTHER, unmatched paths have no route", async () => {
  await send("/things/broken")
  await send("/nowhere", { method: "PROPFIND" })
  const points = await telemetry.points("http.server.request.duration")
  const labels = points.map(({ attributes }) => [
    attributes["http.request.method"],
    attributes["http.route"],
    attributes["http.response.status_code"],
  ])
  assert.equal(labels, [
    ["GET", "/things/{id}", 200],
    ["GET", "/things/{id}", 500],
    ["_OTHER", undefined, 200],
  ])
  const allowed =
    /^(http\.request\.method|http\.route|http\.response\.status_code|url\.scheme|network\.protocol\.version|error\.type)$/
  for (const { attributes } of points) for (const key of Object.keys(attributes)) assert.match(key, allowed)
})

test("active requests count up while one is being answered, and down again", async () => {
  const active = async () =>
    (await telemetry.points("http.server.active_requests")).find(
      (each) => each.attributes["http.request.method"] === "GET",
    )?.value
  const answered = send("/things/slow")
  await until(() => release !== undefined)
  assert.is(await active(), 1)
  release?.()
  await answered
  assert.is(await active(), 0)
})

test("a caller who hangs up ends the request's span and is not active any more", async () => {
  const before = telemetry.spans().length
  release = undefined
  const outgoing = httpRequest({ port, path: "/things/slow", agent: false }).on("error", () => {})
  outgoing.end()
  await until(() => release !== undefined)
  outgoing.destroy()
  await until(() => telemetry.spans().length > before)
  const points = await telemetry.points("http.server.active_requests")
  assert.is(
    points.reduce((sum, point) => sum + point.value, 0),
    0,
  )
})

test.after(async () => {
  server.close()
  await telemetry.shutdown(500)
})

test.run()
