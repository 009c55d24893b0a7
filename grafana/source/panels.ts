import type { BigValueColorMode } from "@grafana/grafana-foundation-sdk/common"
import { BigValueGraphMode, ReduceDataOptionsBuilder } from "@grafana/grafana-foundation-sdk/common"
import {
  QueryVariableBuilder,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard"
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus"
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat"

/** The datasource of every panel, by the uid that grafana/provisioning gives it. */
export const prometheus = { type: "prometheus", uid: "prometheus" }

/** Below `orange` red, below `green` orange, else green. Same scale as the panel's values: a share is 0 to 1. */
export function thresholds(orange: number, green: number): ThresholdsConfigBuilder {
  const steps: Threshold[] = [
    { value: null, color: "red" },
    { value: orange, color: "orange" },
    { value: green, color: "green" },
  ]
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps)
}

/** A query over the dashboard's time range. `legend` is Grafana's template of the series' name. */
export function over(expr: string, legend: string): DataqueryBuilder {
  return query(expr).range().format(PromQueryFormat.TimeSeries).legendFormat(legend)
}

/** A query for one value per series, now. */
export function now(expr: string, legend: string): DataqueryBuilder {
  return query(expr).instant().format(PromQueryFormat.TimeSeries).legendFormat(legend)
}

function query(expr: string): DataqueryBuilder {
  return new DataqueryBuilder().refId("A").expr(expr)
}

/** One big number: no line behind it, the last value that is not null. */
export function bigNumber(title: string, color: BigValueColorMode): StatBuilder {
  return new StatBuilder()
    .title(title)
    .datasource(prometheus)
    .graphMode(BigValueGraphMode.None)
    .colorMode(color)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
}

/** A choice among the values that a label of a metric has, several or all; links set it as `var-<label>`. */
export function choice(metric: string, label: string, title: string): QueryVariableBuilder {
  return new QueryVariableBuilder(label)
    .label(title)
    .datasource(prometheus)
    .query({ query: `label_values(${metric}, ${label})`, refId: label })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ text: "All", value: "$__all", selected: true })
}
