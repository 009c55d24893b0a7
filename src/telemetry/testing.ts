import { Writable } from "node:stream"
import { type Attributes, SpanKind, SpanStatusCode } from "@opentelemetry/api"
import { type DataPoint, type Histogram, MetricReader } from "@opentelemetry/sdk-metrics"
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node"
import { startTelemetry, type Telemetry, type TelemetrySettings } from "./sdk.ts"

/** A finished span, in plain words. */
interface RecordedSpan {
  readonly name: string
  readonly kind: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly attributes: Attributes
  readonly status: string
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[]
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
}

interface RecordedPoint {
  readonly attributes: Attributes
  /** A number, or the count of a histogram. */
  readonly value: number
}

/** Telemetry of a test: what a process records, kept in memory. */
export interface TestTelemetry extends Telemetry {
  spans(): readonly RecordedSpan[]
  /** The log, one parsed line each. Throws when a line is not JSON. */
  lines(): readonly Record<string, unknown>[]
  /** The points of an instrument; none when it has not been recorded. */
  points(instrument: string): Promise<readonly RecordedPoint[]>
  /** Names of all instruments with points. */
  instruments(): Promise<readonly string[]>
}

class OnDemandReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Starts telemetry for this test file. Without an endpoint nothing listens, and everything else is as in production. */
export function startTestTelemetry(settings: Partial<TelemetrySettings> = {}): TestTelemetry {
  const exporter = new InMemorySpanExporter()
  const reader = new OnDemandReader()
  const output: string[] = []
  const telemetry = startTelemetry(
    { ...testSettings, ...settings },
    {
      spanProcessors: [new SimpleSpanProcessor(exporter)],
      metricReaders: [reader],
      logDestination: new Writable({
        write: (chunk, _encoding, done) => {
          output.push(String(chunk))
          done()
        },
      }),
    },
  )
  const metrics = async () =>
    (await reader.collect()).resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics).filter(hasPoints)
  return {
    ...telemetry,
    spans: () => exporter.getFinishedSpans().map(recorded),
    lines: () =>
      output
        .join("")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    points: async (instrument) =>
      (await metrics())
        .filter((metric) => metric.descriptor.name === instrument)
        .flatMap((metric) => metric.dataPoints.map(point)),
    instruments: async () => (await metrics()).map((metric) => metric.descriptor.name),
  }
}

const testSettings: TelemetrySettings = {
  role: "api",
  environment: "test",
  version: "0.0.0",
  resourceAttributes: "",
  endpoint: "http://127.0.0.1:9",
  metricIntervalMs: 60_000,
  disabled: false,
  metrics: true,
  traces: true,
  sampler: { name: "parentbased_always_on", arg: 1 },
  logLevel: "debug",
  trustIncomingContext: false,
}

const hasPoints = (metric: { readonly dataPoints: readonly unknown[] }): boolean => metric.dataPoints.length > 0

function point({ attributes, value }: DataPoint<number | Histogram | unknown>): RecordedPoint {
  return { attributes, value: typeof value === "number" ? value : (value as Histogram).count }
}

function recorded(span: ReadableSpan): RecordedSpan {
  const { traceId, spanId } = span.spanContext()
  return {
    name: span.name,
    kind: SpanKind[span.kind].toLowerCase(),
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    attributes: span.attributes,
    status: SpanStatusCode[span.status.code].toLowerCase(),
    events: span.events.map(({ name, attributes = {} }) => ({ name, attributes })),
    links: span.links.map(({ context }) => ({ traceId: context.traceId, spanId: context.spanId })),
  }
}
