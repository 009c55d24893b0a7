import { getJson } from "./http.ts"

export interface TraceSpan {
  readonly name: string
  readonly service: string
  readonly tags: Readonly<Record<string, unknown>>
}

interface Answer {
  readonly data: readonly {
    readonly processes: Record<string, { readonly serviceName: string }>
    readonly spans: readonly {
      readonly operationName: string
      readonly processID: string
      readonly tags: readonly { readonly key: string; readonly value: unknown }[]
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

function spansOf({ data }: Answer): readonly TraceSpan[] {
  return data.flatMap(({ processes, spans }) =>
    spans.map(({ operationName, processID, tags }) => ({
      name: operationName,
      service: processes[processID]?.serviceName ?? "",
      tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    })),
  )
}
