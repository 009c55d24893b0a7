/** Panels on Prometheus and Alertmanager themselves. */
import { CountsPerSecond, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { toPage } from "./links.ts"
import { bars, lines, table } from "./panels.ts"
import { increase, perSecond } from "./promql.ts"
import { over, rows } from "./query.ts"
import { atMost, below } from "./thresholds.ts"

export const noTarget = "Prometheus scrapes nothing"

export const scrapes = lines({
  title: "Duration of scrapes",
  description: "Promised for the Collector's exposition: below half a second.",
  unit: Seconds,
  min: 0,
  limits: below(0.5),
  nothing: noTarget,
  queries: [over("max by (job) (scrape_duration_seconds)", "{{job}}")],
})

export const samples = lines({
  title: "Samples per scrape",
  description: "How many series each part exposes.",
  unit: Short,
  min: 0,
  nothing: noTarget,
  queries: [over("sum by (job) (scrape_samples_scraped)", "{{job}}")],
})

export const exemplars = lines({
  title: "Exemplars",
  description: "In Prometheus' storage, of what fits: the way from a latency bucket to its trace.",
  unit: PercentUnit,
  min: 0,
  max: 1,
  nothing: noTarget,
  queries: [
    over(
      "max(prometheus_tsdb_exemplar_exemplars_in_storage) / max(prometheus_tsdb_exemplar_max_exemplars)",
      "in storage",
    ),
  ],
})

export const series = lines({
  title: "Series in Prometheus",
  description: "In its head: everything that had a sample within the last hours.",
  unit: Short,
  min: 0,
  nothing: noTarget,
  queries: [over("max by (job) (prometheus_tsdb_head_series)", "series")],
})

export const rules = lines({
  title: "Duration of the rules",
  description: "The slowest group's last evaluation. It is due every five seconds.",
  unit: Seconds,
  min: 0,
  limits: atMost(1, 5),
  nothing: noTarget,
  queries: [over("max(prometheus_rule_group_last_duration_seconds)", "slowest group")],
})

export const alerting = bars({
  title: "Alerts that did not get through",
  description:
    "Per second: lost by Prometheus, refused to Alertmanager's receivers, rules that could not be evaluated.",
  unit: CountsPerSecond,
  limits: below(0.001),
  nothing: noTarget,
  queries: [
    over(perSecond("prometheus_notifications_dropped_total"), "dropped by Prometheus"),
    over(perSecond("alertmanager_notifications_failed_total", "integration"), "receiver {{integration}}"),
    over(perSecond("prometheus_rule_evaluation_failures_total"), "rules"),
  ],
})

export const told = table({
  title: "Alerts told to the control plane",
  description: "By Alertmanager's webhook in the chosen time; the history is on the page of alerts.",
  unit: Short,
  decimals: 0,
  nothing: "None in this time",
  links: [toPage("All alerts", "/alerts")],
  queries: [rows(`${increase("alert_notifications_total", "$__range", "alertname, status")} > 0`)],
})
