/** Telemetry in the JSON of OTLP: what a test sends, and a back end that keeps what it is sent. */
import { randomBytes } from "node:crypto"
import { createServer } from "node:http"
import { sendJson } from "./http.ts"

type Attributes = Readonly<Record<string, string>>

export interface SentSpan {
  readonly traceId: string
  readonly name: string
  readonly attributes?: Attributes
  /** The attributes of an event on it. */
  readonly event?: Attributes
  /** The message of its error; without it there is none. */
  readonly error?: string
}

interface KeptSpan {
  readonly traceId: string
  readonly name: string
}

export const newTraceId = () => randomBytes(16).toString("hex")

const list = (attributes: Attributes = {}) =>
  Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }))

const resource = { attributes: list({ "service.namespace": "eucora", "service.name": "eucora-test" }) }

/** Nanoseconds since 1970, as OTLP's JSON has them. */
const now = () => `${Date.now()}000000`

/** Sends SERVER spans in one request. */
export async function sendSpans(http: string, ...spans: readonly SentSpan[]): Promise<void> {
  await sendJson("POST", `${http}/v1/traces`, {
    resourceSpans: [{ resource, scopeSpans: [{ spans: spans.map(encoded) }] }],
  })
}

function encoded({ traceId, name, attributes, event, error }: SentSpan): object {
  return {
    traceId,
    spanId: randomBytes(8).toString("hex"),
    name,
    kind: 2,
    startTimeUnixNano: now(),
    endTimeUnixNano: now(),
    attributes: list(attributes),
    events: event === undefined ? [] : [{ timeUnixNano: now(), name: "exception", attributes: list(event) }],
    status: error === undefined ? {} : { code: 2, message: error },
  }
}

export async function sendLog(http: string, body: string, attributes: Attributes): Promise<void> {
  const record = { timeUnixNano: now(), body: { stringValue: body }, attributes: list(attributes) }
  await sendJson("POST", `${http}/v1/logs`, { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] })
}

/** A counter with one point, that a process would send. */
export async function sendCounter(http: string, name: string, value: number): Promise<void> {
  const dataPoints = [{ startTimeUnixNano: now(), timeUnixNano: now(), asInt: String(value) }]
  const metric = { name, sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true } }
  await sendJson("POST", `${http}/v1/metrics`, {
    resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [metric] }] }],
  })
}

export interface OtlpSink {
  readonly url: string
  readonly spans: readonly KeptSpan[]
  /** Everything as it came. */
  readonly text: () => string
  close(): void
}

interface Received {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly KeptSpan[] }[] }[]
}

/** In the place of Jaeger. */
export async function otlpSink(): Promise<OtlpSink> {
  const spans: KeptSpan[] = []
  const texts: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    texts.push(text)
    const { resourceSpans } = JSON.parse(text) as Received
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
    response.setHeader("content-type", "application/json").end("{}")
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  const address = server.address()
  if (typeof address !== "object" || address === null) throw new Error("the sink has no port")
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${address.port}`, spans, text: () => texts.join("\n"), close }
}
