/** PromQL that several dashboards say in the same way. */

/** Grafana's interval for rates: four scrapes, or the distance of two points. */
const steps = "$__rate_interval"

/** Per second, summed by labels. */
export function perSecond(series: string, by = ""): string {
  return `sum${grouped(by)} (rate(${series}[${steps}]))`
}

/** How often in a window, summed by labels. */
export function increase(series: string, window: string, by = ""): string {
  return `sum${grouped(by)} (increase(${series}[${window}]))`
}

/**
 * A part of a whole, 0 to 1. Nothing where the whole is nothing; 0, though no series of the part exists, where it is not.
 * Both are sums by the same labels.
 */
export function share(part: string, whole: string): string {
  return `((${part}) or 0 * (${whole})) / ((${whole}) > 0)`
}

/** A percentile of a histogram's buckets over each point's window. `of` is the histogram with its unit, without `_bucket`. */
export function percentile(q: number, of: string, matchers = "", by = "", window = steps): string {
  const labels = ["le", by].filter(Boolean).join(", ")
  return `histogram_quantile(${q}, sum by (${labels}) (rate(${of}_bucket${selector(matchers)}[${window}])))`
}

/** The same of recorded rates by bucket (recorded.ts): the mean of what was recorded within each point's window. */
export function recordedPercentile(q: number, rates: string, matchers = "", by = ""): string {
  const labels = ["le", by].filter(Boolean).join(", ")
  return `histogram_quantile(${q}, sum by (${labels}) (avg_over_time(${rates}${selector(matchers)}[${steps}])))`
}

/**
 * What is recorded has no exemplars: Grafana asks for those of every series that a query names. So this names the spans'
 * buckets too, and reads them at one moment only. What `expr` answers has no `le`, so nothing is taken away from it.
 */
export function besideSpans(expr: string, matchers: string): string {
  const spans = `traces_span_metrics_duration_seconds_bucket${selector(matchers)}`
  return `${expr} unless on (le) sum by (le) (rate(${spans}[${steps}] @ end()))`
}

/** The mean of a histogram over a window. `suffix` stands behind the names of its parts where they are recorded. */
export function mean(of: string, matchers = "", by = "", window = steps, suffix = ""): string {
  const sum = (part: string) => `sum${grouped(by)} (increase(${of}_${part}${suffix}${selector(matchers)}[${window}]))`
  return `${sum("sum")} / (${sum("count")} > 0)`
}

function grouped(by: string): string {
  return by === "" ? "" : ` by (${by})`
}

function selector(matchers: string): string {
  return matchers === "" ? "" : `{${matchers}}`
}
