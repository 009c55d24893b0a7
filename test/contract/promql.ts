import { parser } from "@prometheus-io/lezer-promql"

/** One `name{label="…"}` of a query. */
export interface Selector {
  readonly metric: string
  /** Names in its matchers. */
  readonly labels: readonly string[]
}

/**
 * What a query selects. Grafana's variables count as durations.
 * Throws an Error that shows the place when Prometheus would refuse the query for its grammar.
 */
export function selectors(query: string): readonly Selector[] {
  const text = query.replaceAll(/\$__(?:rate_interval|range|interval)\b/g, "5m")
  const found: { metric: string; labels: string[] }[] = []
  parser.parse(text).iterate({
    enter: ({ type, name, from, to, node }) => {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${text.slice(0, from)}⚠${text.slice(from)}`)
      if (name === "VectorSelector") found.push({ metric: "", labels: [] })
      const selector = found.at(-1)
      if (selector === undefined) return
      if (name === "Identifier" && node.parent?.name === "VectorSelector") selector.metric = text.slice(from, to)
      if (name === "LabelName" && node.parent?.name === "UnquotedLabelMatcher")
        selector.labels.push(text.slice(from, to))
    },
  })
  return found
}
