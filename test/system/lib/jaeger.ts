import { getJson } from "./http.ts"

export interface TraceSpan {
  readonly id: string
  readonly name: string
  readonly service: string
  /** Microseconds since 1970. */
  readonly startMicros: number
  readonly seconds: number
  readonly tags: Readonly<Record<string, unknown>>
  /** The spans that it names as what led to it. */
  readonly links: readonly SpanReference[]
}

export interface SpanReference {
  readonly traceId: string
  readonly spanId: string
}

interface Answer {
  readonly data: readonly {
    readonly processes: Record<string, { readonly serviceName: string }>
    readonly spans: readonly {
      readonly spanID: string
      readonly operationName: string
      readonly processID: string
      /** In microseconds. */
      readonly startTime: number
      /** In microseconds. */
      readonly duration: number
      readonly tags: readonly { readonly key: string; readonly value: unknown }[]
      /** The parent is CHILD_OF, a link FOLLOWS_FROM. */
      readonly references: readonly { readonly refType: string; readonly traceID: string; readonly spanID: string }[]
    }[]
  }[]
}

/** The spans of one trace; none while Jaeger does not know it. */
export async function traceSpans(jaeger: string, traceId: string): Promise<readonly TraceSpan[]> {
  return spansOf(await getJson<Answer>(`${jaeger}/api/traces/${traceId}`))
}

/** Ids of the traces of a service that have a span with the tag. */
export async function findTraces(
  jaeger: string,
  service: string,
  key: string,
  value: string,
): Promise<readonly string[]> {
  const tags = encodeURIComponent(JSON.stringify({ [key]: value }))
  const answer = await getJson<{ readonly data: readonly { readonly traceID: string }[] }>(
    `${jaeger}/api/traces?service=${service}&tags=${tags}&limit=100&lookback=1h`,
  )
  return answer.data.map(({ traceID }) => traceID)
}

/** One line of service performance monitoring. */
export interface Performance {
  readonly labels: Readonly<Record<string, string>>
  /** The newest value; undefined where there was nothing to compute it from. */
  readonly value: number | undefined
}

interface PerformanceAnswer {
  readonly metrics?: readonly {
    readonly labels: readonly { readonly name: string; readonly value: string }[]
    readonly metricPoints: readonly { readonly gaugeValue: { readonly doubleValue: number | "NaN" } }[]
  }[]
}

/** What the monitor page asks: `latencies` (with a quantile), `calls` per second or `errors` per call, by operation. */
export async function performanceOf(
  jaeger: string,
  what: "latencies" | "calls" | "errors",
  service: string,
  spanKind: "server" | "client" | "consumer",
): Promise<readonly Performance[]> {
  const wanted = {
    service,
    spanKind,
    groupByOperation: "true",
    quantile: "0.95",
    lookback: "300000",
    ratePer: "300000",
  }
  const question = new URLSearchParams({ ...wanted, step: "5000" })
  const answer = await getJson<PerformanceAnswer>(`${jaeger}/api/metrics/${what}?${question}`)
  return (answer.metrics ?? []).map(({ labels, metricPoints }) => ({
    labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
    value: metricPoints.map(({ gaugeValue }) => gaugeValue.doubleValue).findLast((value) => value !== "NaN"),
  }))
}

export interface Dependency {
  readonly parent: string
  readonly child: string
  readonly callCount: number
}

/** Who calls whom, as far as both send spans. */
export async function dependencies(jaeger: string): Promise<readonly Dependency[]> {
  const question = new URLSearchParams({ endTs: String(Date.now()), lookback: "3600000" })
  return (await getJson<{ readonly data: readonly Dependency[] }>(`${jaeger}/api/dependencies?${question}`)).data
}

function spansOf({ data }: Answer): readonly TraceSpan[] {
  return data.flatMap(({ processes, spans }) =>
    spans.map(({ spanID, operationName, processID, startTime, duration, tags, references }) => ({
      id: spanID,
      name: operationName,
      startMicros: startTime,
      seconds: duration / 1_000_000,
      service: processes[processID]?.serviceName ?? "",
      tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
      links: references
        .filter(({ refType }) => refType === "FOLLOWS_FROM")
        .map(({ traceID, spanID: spanId }) => ({ traceId: traceID, spanId })),
    })),
  )
}
