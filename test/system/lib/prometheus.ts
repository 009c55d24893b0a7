import { getJson } from "./http.ts"

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface Answer {
  readonly data: {
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[]
  }
}

/** An instant query. */
export async function query(prometheus: string, promql: string): Promise<readonly Sample[]> {
  const answer = await getJson<Answer>(`${prometheus}/api/v1/query?query=${encodeURIComponent(promql)}`)
  return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
}

/** The one value of a query; 0 when there is none. */
export async function scalar(prometheus: string, promql: string): Promise<number> {
  const [sample] = await query(prometheus, promql)
  return sample?.value ?? 0
}

/** The values of a query by one label. */
export async function byLabel(prometheus: string, promql: string, label: string): Promise<ReadonlyMap<string, number>> {
  const samples = await query(prometheus, promql)
  return new Map(samples.map(({ labels, value }) => [labels[label] ?? "", value]))
}

export interface Exemplar {
  readonly labels: Readonly<Record<string, string>>
  readonly traceId: string
  /** What was measured: for a histogram of durations, seconds. */
  readonly value: number
}

interface ExemplarAnswer {
  readonly data: readonly {
    readonly seriesLabels: Readonly<Record<string, string>>
    readonly exemplars: readonly { readonly labels: { readonly trace_id: string }; readonly value: string }[]
  }[]
}

/** The exemplars of the last hour. */
export async function exemplars(prometheus: string, promql: string): Promise<readonly Exemplar[]> {
  const seconds = Date.now() / 1000
  const question = new URLSearchParams({ query: promql, start: String(seconds - 3_600), end: String(seconds + 60) })
  const { data } = await getJson<ExemplarAnswer>(`${prometheus}/api/v1/query_exemplars?${question}`)
  return data.flatMap(({ seriesLabels, exemplars: found }) =>
    found.map(({ labels, value }) => ({ labels: seriesLabels, traceId: labels.trace_id, value: Number(value) })),
  )
}
