import { CountsPerMinute, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { annotation, board } from "./board.ts"
import { toDashboard, toTraces } from "./links.ts"
import { areas, bars, heatmap, lines, numbers, ranking } from "./panels.ts"
import { besideSpans, increase, percentile, perSecond, recordedPercentile, share } from "./promql.ts"
import { buckets, now, over, withExemplars } from "./query.ts"
import { failed, outcomes, stageRates, taskRates, workBuckets } from "./recorded.ts"
import {
  breakerState,
  connectorHealth,
  failures,
  noOutcome,
  noRequest,
  noTask,
  notExported,
  promisedSuccess,
  requestPercentiles,
  slowest,
  successShare,
} from "./shared.ts"
import { below } from "./thresholds.ts"

const formula = "COMPLETED ÷ (COMPLETED + FAILED + ROLLED_BACK)"
const overTheRange = `histogram_quantile(%, ${increase(workBuckets, "$__range", "le")})`
const stages = 'span_name=~"deployment.create|deployment.approve|ring.rollout|gate.evaluate|deployment.rollback"'

const headline = [
  numbers({
    title: "Success rate",
    description: `${formula} of the deployments that ended in the chosen time. Objective 98 %, alert below 97 %.`,
    unit: PercentUnit,
    decimals: 1,
    min: 0,
    max: 1,
    limits: promisedSuccess,
    nothing: noOutcome,
    queries: [now(successShare("$__range"), "success")],
  }),
  numbers({
    title: "Ended",
    description: "Deployments with a first outcome in the chosen time, by outcome. Each counts once.",
    unit: Short,
    decimals: 0,
    nothing: noOutcome,
    queries: [now(`${increase(outcomes, "$__range", "status")} > 0`, "{{status}}")],
  }),
  numbers({
    title: "Active now",
    description: "All deployments without an outcome, read from the database.",
    unit: Short,
    decimals: 0,
    nothing: notExported,
    queries: [now("sum(deployment_active)", "active")],
  }),
] as const

const perMinute = bars({
  title: "Outcomes per minute",
  description: "How many deployments end per minute, by their first outcome.",
  unit: CountsPerMinute,
  every: "1m",
  nothing: noOutcome,
  queries: [over(`${perSecond(outcomes, "status")} * 60`, "{{status}}")],
})

const byRing = lines({
  title: "Success rate by target ring, over the hour before",
  description: `${formula} of each target ring. A gap means that nothing ended in that hour.`,
  unit: PercentUnit,
  min: 0,
  max: 1,
  every: "1m",
  limits: promisedSuccess,
  nothing: noOutcome,
  queries: [over(successShare("1h", "ring"), "{{ring}}")],
})

const byApproval = ranking({
  title: "Success rate by approval",
  description: `${formula} of those that had to be approved by people (true) and of the others (false), in the chosen time.`,
  unit: PercentUnit,
  max: 1,
  limits: promisedSuccess,
  nothing: noOutcome,
  queries: [now(successShare("$__range", "requires_cab"), "requires approval: {{requires_cab}}")],
})

const gates = lines({
  title: "Gate success rate, over seven days",
  description: "Gate verdicts: passed ÷ (passed + failed) by ring, as the control plane has it. Alert below 95 %.",
  unit: PercentUnit,
  min: 0,
  max: 1,
  every: "1m",
  limits: promisedSuccess,
  nothing: "No gate gave a verdict within seven days",
  queries: [over("max by (ring) (promotion_gate_success_rate)", "{{ring}}")],
})

const duration = heatmap({
  title: "Duration",
  description: "Time from DEPLOYING to the outcome, less soak, hold and waiting, of the deployments that ended.",
  unit: Seconds,
  every: "1m",
  nothing: noOutcome,
  queries: [buckets(increase(workBuckets, "$__rate_interval", "le"))],
})

const durations = numbers({
  title: "Duration, percentiles",
  description: "95th and 99th percentile of the same in the chosen time. The buckets are wide: an hour and four hours.",
  unit: Seconds,
  nothing: noOutcome,
  queries: [0.95, 0.99].map((q) => now(overTheRange.replace("%", String(q)), `p${q * 100}`)),
})

const stageDurations = slowest({
  title: "Duration of the stages, 95th percentile",
  every: "1m",
  description: "From the spans of each stage's work. Each diamond is one of them: it leads to the deployment's trace.",
  nothing: "No stage was run in this time",
  links: [toTraces()],
  queries: [
    withExemplars(
      besideSpans(recordedPercentile(0.95, stageRates, stages, "service_name, span_name"), stages),
      "{{span_name}}",
    ),
  ],
})

const active = areas({
  title: "Active deployments by status",
  description: "All deployments without an outcome, read from the database, by status.",
  unit: Short,
  decimals: 0,
  nothing: notExported,
  links: [toDashboard("Approvals and risk", "eucora-approvals")],
  queries: [over("sum by (status) (deployment_active)", "{{status}}")],
})

const latency = slowest({
  title: "API latency",
  every: "1m",
  description: "Median, 95th and 99th percentile. The diamonds are requests: each leads to its trace. Alert above 1 s.",
  limits: below(1),
  nothing: noRequest,
  queries: [
    ...requestPercentiles(),
    withExemplars(
      percentile(0.95, "traces_span_metrics_duration_seconds", 'span_kind="SPAN_KIND_SERVER"'),
      "p95 of the spans",
    ),
  ],
})

const tasks = slowest({
  title: "Task duration by status, 95th percentile",
  every: "1m",
  description: "Time that one run of a task took.",
  nothing: noTask,
  queries: [over(recordedPercentile(0.95, taskRates, "", "status"), "{{status}}")],
})

const errors = failures(
  {
    title: "Failing shares",
    every: "1m",
    description:
      "Of requests: answered with 5xx. Of tasks and back ends' operations: failed or timed out. Alert: 1 % of requests, 5 % of the others.",
    nothing: "Nothing was asked, run or called in this time",
    queries: [
      over(share(perSecond('http_requests_total{status=~"5.."}'), perSecond("http_requests_total")), "requests"),
      over(
        share(perSecond('task_duration_seconds_count{status!="success"}'), perSecond("task_duration_seconds_count")),
        "tasks",
      ),
      over(
        share(
          perSecond('connector_operation_duration_seconds_count{status!="success"}'),
          perSecond("connector_operation_duration_seconds_count"),
        ),
        "back ends",
      ),
    ],
  },
  0.01,
  0.05,
)

/** What is going out, how well, how long it takes: the page to look at first. */
export const operations = board({
  uid: "eucora-operations",
  title: "Eucora operations",
  description: "What is going out, how well, and how long it takes.",
  tags: ["control-plane", "deployment", "operations"],
  since: "1h",
  refresh: "10s",
  annotations: [
    annotation(
      "Failed deployments",
      "orange",
      `round(${increase(`${outcomes}{${failed}}`, "$__rate_interval", "ring, status")}) > 0`,
      "{{status}}",
      "target ring {{ring}}",
    ),
  ],
  shelves: [
    { height: 5, panels: headline.map((panel) => [8, panel] as const) },
    {
      height: 8,
      panels: [
        [12, perMinute],
        [12, byRing],
      ],
    },
    {
      height: 6,
      panels: [
        [8, byApproval],
        [10, gates],
        [6, durations],
      ],
    },
    {
      height: 9,
      panels: [
        [12, duration],
        [12, stageDurations],
      ],
    },
    { height: 8, panels: [[24, active]] },
    {
      heading: "Back ends",
      height: 7,
      panels: [
        [12, connectorHealth()],
        [12, breakerState()],
      ],
    },
    {
      heading: "Requests and tasks",
      height: 8,
      panels: [
        [8, latency],
        [8, tasks],
        [8, errors],
      ],
    },
  ],
})
