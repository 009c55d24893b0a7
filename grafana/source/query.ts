import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus"

/** A variable of Grafana's in its braces, which it fills in. */
export const variable = (name: string): string => `\${${name}}`

/** The Prometheus chosen at the top of each dashboard; provisioned under the uid `prometheus`. */
export const datasource = { type: "prometheus", uid: variable("datasource") }

/** A query over the dashboard's time range. `legend` is Grafana's template of the series' name. */
export function over(expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).range().format(PromQueryFormat.TimeSeries).legendFormat(legend)
}

/** The same, with the exemplars of what it selects: each is a diamond that leads to its trace. */
export function withExemplars(expr: string, legend: string): DataqueryBuilder {
  return over(expr, legend).exemplar(true)
}

/** The buckets of a histogram over the time range. */
export function buckets(expr: string): DataqueryBuilder {
  return over(expr, "{{le}}").format(PromQueryFormat.Heatmap)
}

/** A query for one value per series, now. */
export function now(expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).instant().format(PromQueryFormat.TimeSeries).legendFormat(legend)
}

/** One row per series, now. */
export function rows(expr: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).instant().format(PromQueryFormat.Table)
}
