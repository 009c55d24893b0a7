import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { request } from "undici"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { ConnectorError, type ConnectorOperation, type ConnectorType } from "../connectors/types.ts"
import { connectorSpan, timedOperation } from "./connector-operation.ts"
import { startTestTelemetry } from "./testing.ts"
import { withSpan } from "./trace.ts"

const telemetry = startTestTelemetry({ role: "worker" })
const seen: IncomingHttpHeaders[] = []
const server = createServer((incoming, response) => {
  seen.push(incoming.headers)
  response.statusCode = incoming.url?.startsWith("/busy") ? 429 : 200
  response.end("{}")
})
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const connectorOperation = <T>(type: ConnectorType, operation: ConnectorOperation, fn: () => Promise<T>) =>
  connectorSpan(type, operation, () => timedOperation(type, operation, fn))
const get = async (path: string): Promise<void> => {
  const { body } = await request(`${origin}${path}`, { headers: { connection: "close" } })
  await body.dump()
}
const operation = (labels: Record<string, string>) => async (): Promise<number | undefined> =>
  (await telemetry.points("connector.operation.duration")).find((point) =>
    Object.entries(labels).every(([key, value]) => point.attributes[key] === value),
  )?.value
const named = (name: string) => telemetry.spans().findLast((span) => span.name === name)

test("an operation is a span around CLIENT spans that name the back end as their peer", async () => {
  await withSpan("process deploy-to-ring", {}, () =>
    connectorOperation("intune", "deploy", () => get("/v1/apps?access_token=canary")),
  )
  const around = named("intune deploy")
  const client = named("GET")
  assert.equal([around?.kind, client?.kind], ["internal", "client"])
  assert.is(client?.parentSpanId, around?.spanId)
  assert.is(client?.traceId, named("process deploy-to-ring")?.traceId)
  assert.equal([client?.attributes["peer.service"], client?.attributes["eucora.connector"]], ["intune", "intune"])
  assert.is(client?.attributes["url.full"], `${origin}/v1/apps?access_token=[redacted]`)
  assert.not.match(JSON.stringify(telemetry.spans()), "canary")
})

test("the global fetch is traced in the same way", async () => {
  await connectorOperation(
    "jamf",
    "status",
    async () => void (await fetch(`${origin}/x`, { headers: { connection: "close" } })).text(),
  )
  assert.is(named("GET")?.attributes["peer.service"], "jamf")
})

test("third parties are told neither our trace nor our baggage", () => {
  assert.ok(seen.length >= 2)
  for (const headers of seen) {
    assert.equal([headers["traceparent"], headers["tracestate"], headers["baggage"]], [undefined, undefined, undefined])
  }
})

test("requests that belong to nothing make no spans of their own", async () => {
  const clients = () => telemetry.spans().filter((span) => span.kind === "client").length
  const before = clients()
  await get("/alone")
  assert.is(clients(), before)
})

test("durations are recorded by back end, operation and outcome", async () => {
  assert.is(await operation({ connector_type: "intune", operation: "deploy", status: "success" })(), 1)
  for (const [type, status] of [
    ["network", "failed"],
    ["timeout", "timeout"],
  ] as const) {
    const error = new ConnectorError("transient", type, "no")
    const thrown = await connectorOperation("sccm", "health", () => Promise.reject(error)).catch(
      (each: unknown) => each,
    )
    assert.is(thrown, error)
    assert.is(await operation({ connector_type: "sccm", operation: "health", status })(), 1)
    assert.equal([named("sccm health")?.status, named("sccm health")?.attributes["error.type"]], ["error", type])
  }
})

test("being throttled is counted by back end, from zero on", async () => {
  const throttled = async () =>
    (await telemetry.points("connector.throttled")).map(({ attributes, value }) => [
      attributes["connector_type"],
      value,
    ])
  const none = ["intune", "jamf", "sccm", "landscape", "ansible"].map((type) => [type, 0])
  assert.equal(await throttled(), none)
  const error = new ConnectorError("transient", "throttled", "429", { status: 429 })
  await connectorOperation("ansible", "deploy", () => Promise.reject(error)).catch(() => {})
  assert.equal(await throttled(), [...none.slice(0, 4), ["ansible", 1]])
})

test("an error status makes the CLIENT span an error and is a label of the request's duration", async () => {
  await connectorOperation("landscape", "status", () => get("/busy"))
  assert.equal([named("GET")?.status, named("GET")?.attributes["http.response.status_code"]], ["error", 429])
  const points = await telemetry.points("http.client.request.duration")
  assert.ok(points.some((point) => point.attributes["http.response.status_code"] === 429))
  for (const point of points) assert.is(point.attributes["url.full"], undefined)
})

test.after(async () => {
  server.close()
  await telemetry.shutdown(200)
})

test.run()
