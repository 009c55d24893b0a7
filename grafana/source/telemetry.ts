import { BytesIEC, CountsPerSecond, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { board } from "./board.ts"
import { areas, bars, lines, numbers, ranking, statesNow } from "./panels.ts"
import { alerting, exemplars, noTarget, rules, samples, scrapes, series, told } from "./prometheus.ts"
import { perSecond, share } from "./promql.ts"
import { now, over } from "./query.ts"
import { notExported, upStates } from "./shared.ts"
import { atLeast, atMost, below } from "./thresholds.ts"

const noSelf = "The Collector's own metrics are missing"
const noProcess = "No process reports"

const targets = statesNow(
  {
    title: "Scraped parts",
    description: "Whether the last scrape of each part succeeded.",
    unit: Short,
    nothing: noTarget,
    queries: [now("min by (job) (up)", "{{job}}")],
  },
  upStates,
)

const roles = numbers({
  title: "Processes that report",
  description:
    "By role. `durable` is the elected exporter of the database's facts: without it nothing of the domain is known.",
  unit: Short,
  decimals: 0,
  limits: atLeast(1, 1),
  nothing: noProcess,
  queries: [now('count by (service_role) (target_info{service_role!=""})', "{{service_role}}")],
})

const chain = statesNow(
  {
    title: "Event chain",
    description: "Whether the running check of the events' chain and blocks holds.",
    unit: Short,
    nothing: notExported,
    queries: [now("min(event_chain_valid)", "chain")],
  },
  [
    { value: 1, text: "holds", color: "green" },
    { value: 0, text: "broken", color: "red" },
  ],
)

const labels = ranking({
  title: "Label values in use",
  description: "Of what each bounded label may have; the rest share `other`. Alert near the bound.",
  unit: PercentUnit,
  max: 1,
  limits: atMost(0.8, 0.95),
  nothing: notExported,
  queries: [
    now(
      "max by (attribute) (telemetry_label_values) / max by (attribute) (telemetry_label_values_limit)",
      "{{attribute}}",
    ),
  ],
})

const dropped = bars({
  title: "Given up by our processes",
  description: "Spans and log records per second that never arrived. Nothing here is the right answer.",
  unit: CountsPerSecond,
  limits: below(0.001),
  nothing: noProcess,
  queries: [
    over(perSecond("telemetry_spans_dropped_total", "service_role"), "spans {{service_role}}"),
    over(perSecond("telemetry_logs_dropped_total", "service_role"), "log records {{service_role}}"),
  ],
})

const failedExports = bars({
  title: "Exports that did not arrive",
  description: "Per second, by signal. They are sent again: this is no loss yet. Durable metrics heal by themselves.",
  unit: CountsPerSecond,
  nothing: noProcess,
  queries: [
    over(perSecond("telemetry_exports_failed_total", "signal"), "{{signal}}"),
    over(perSecond("telemetry_durable_failures_total", "part"), "durable {{part}}"),
  ],
})

const waiting = lines({
  title: "Spans that wait",
  description:
    "In our processes for the Collector, and in the Collector's queue for Jaeger (requests of many spans, or their bytes).",
  unit: Short,
  min: 0,
  nothing: noProcess,
  queries: [over("sum by (service_role) (telemetry_spans_queued)", "{{service_role}}")],
})

const queue = lines({
  title: "The Collector's queue to Jaeger",
  description:
    "How full the queue on disk is. It takes 256 MiB; what comes after is refused, and waits in our processes.",
  unit: PercentUnit,
  min: 0,
  max: 1,
  limits: atMost(0.5, 0.8),
  nothing: noSelf,
  queries: [over("max by (exporter) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)", "{{exporter}}")],
})

const received = areas({
  title: "Received by the Collector",
  description: "Per second, by signal.",
  unit: CountsPerSecond,
  nothing: noSelf,
  queries: [
    over(perSecond("otelcol_receiver_accepted_spans_total"), "spans"),
    over(perSecond("otelcol_receiver_accepted_metric_points_total"), "metric points"),
    over(perSecond("otelcol_receiver_accepted_log_records_total"), "log records"),
  ],
})

const refused = bars({
  title: "Refused or not delivered by the Collector",
  description:
    "Per second: refused to the sender (who tries again) and failed towards Jaeger. Nothing here is the right answer.",
  unit: CountsPerSecond,
  limits: below(0.001),
  nothing: noSelf,
  queries: [
    over(perSecond("otelcol_receiver_refused_spans_total", "job"), "spans refused by {{job}}"),
    over(perSecond("otelcol_receiver_refused_metric_points_total", "job"), "points refused by {{job}}"),
    over(perSecond("otelcol_exporter_send_failed_spans_total", "job, exporter"), "{{job}} {{exporter}}"),
  ],
})

const memory = lines({
  title: "Memory of the parts",
  description: "Resident memory. The Collector refuses above its limit of 400 MiB.",
  unit: BytesIEC,
  min: 0,
  nothing: noTarget,
  queries: [
    over("max by (job) (otelcol_process_memory_rss_bytes)", "{{job}}"),
    over("max by (job) (process_resident_memory_bytes)", "{{job}}"),
  ],
})

const freshness = numbers({
  title: "Age of the facts",
  description:
    "Time since Prometheus' newest sample of what the elected process exports. Promised: visible within 45 s.",
  unit: Seconds,
  decimals: 0,
  limits: atMost(15, 45),
  nothing: notExported,
  queries: [now("time() - max(timestamp(telemetry_label_values_limit))", "age")],
})

const errorShare = lines({
  title: "Spans with an error",
  every: "1m",
  description: "Of each service's spans.",
  unit: PercentUnit,
  min: 0,
  max: 1,
  limits: atMost(0.01, 0.05),
  nothing: "No spans in this time",
  queries: [
    over(
      share(
        perSecond('traces_span_metrics_calls_total{status_code="STATUS_CODE_ERROR"}', "service_name"),
        perSecond("traces_span_metrics_calls_total", "service_name"),
      ),
      "{{service_name}}",
    ),
  ],
})

/** Whether the answer on the other dashboards is the truth. */
export const telemetry = board({
  uid: "eucora-telemetry",
  title: "Eucora telemetry health",
  description: "Whether what the other dashboards show is the truth: is everything there, fresh, and nothing lost?",
  tags: ["telemetry", "collector", "prometheus"],
  since: "1h",
  refresh: "10s",
  shelves: [
    {
      height: 5,
      panels: [
        [8, targets],
        [4, roles],
        [4, chain],
        [4, freshness],
        [4, labels],
      ],
    },
    {
      heading: "Our processes",
      height: 8,
      panels: [
        [8, dropped],
        [8, failedExports],
        [8, waiting],
      ],
    },
    {
      heading: "Collector",
      height: 8,
      panels: [
        [6, received],
        [6, refused],
        [6, queue],
        [6, memory],
      ],
    },
    {
      heading: "Prometheus",
      height: 8,
      panels: [
        [8, scrapes],
        [8, samples],
        [8, series],
      ],
    },
    {
      height: 8,
      panels: [
        [8, exemplars],
        [8, errorShare],
        [8, rules],
      ],
    },
    {
      heading: "Alerts",
      height: 8,
      panels: [
        [12, alerting],
        [12, told],
      ],
    },
  ],
})
