import { CountsPerMinute, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { annotation, board, choice } from "./board.ts"
import { toDashboard, toPage } from "./links.ts"
import { bars, heatmap, lines, numbers, ranking, table } from "./panels.ts"
import { increase, percentile, perSecond, share } from "./promql.ts"
import { buckets, now, over, rows, variable } from "./query.ts"
import { decided, failed, succeeded } from "./recorded.ts"
import { noOutcome, promisedSuccess } from "./shared.ts"

const app = 'app_name="$app_name"'
const ended = `deployment_total{${app}}`
const success = (window: string, by = "") =>
  share(
    increase(`deployment_total{${app}, ${succeeded}}`, window, by),
    increase(`deployment_total{${app}, ${decided}}`, window, by),
  )
const itsDeployments = toPage("Its deployments", "/?app_name=$app_name")

const rate = numbers({
  title: "Success rate",
  description: "COMPLETED ÷ (COMPLETED + FAILED + ROLLED_BACK) of its deployments that ended in the chosen time.",
  unit: PercentUnit,
  decimals: 1,
  min: 0,
  max: 1,
  limits: promisedSuccess,
  nothing: noOutcome,
  links: [itsDeployments],
  queries: [now(success("$__range"), "success")],
})

const outcomes = numbers({
  title: "Ended",
  description: "Its deployments with a first outcome in the chosen time, by outcome.",
  unit: Short,
  decimals: 0,
  nothing: noOutcome,
  links: [itsDeployments],
  queries: [now(`${increase(ended, "$__range", "status")} > 0`, "{{status}}")],
})

const work = numbers({
  title: "Duration",
  description:
    "Median and 95th percentile of the work of its deployments that ended in the chosen time, without waiting.",
  unit: Seconds,
  nothing: noOutcome,
  queries: [0.5, 0.95].map((q) =>
    now(
      `histogram_quantile(${q}, ${increase(`deployment_duration_seconds_bucket{${app}}`, "$__range", "le")})`,
      `p${q * 100}`,
    ),
  ),
})

const overTime = bars({
  title: "Outcomes per minute",
  description: "How many of its deployments end per minute, by their first outcome.",
  unit: CountsPerMinute,
  every: "1m",
  nothing: noOutcome,
  queries: [over(`${perSecond(ended, "status")} * 60`, "{{status}}")],
})

const byRing = ranking({
  title: "Success rate by target ring",
  description: "In the chosen time. A ring in which nothing ended is missing.",
  unit: PercentUnit,
  max: 1,
  limits: promisedSuccess,
  nothing: noOutcome,
  queries: [now(success("$__range", "ring"), "{{ring}}")],
})

const durations = heatmap({
  title: "Duration over time",
  description: "Its deployments that ended, by the time their work took.",
  unit: Seconds,
  every: "5m",
  nothing: noOutcome,
  queries: [buckets(increase(`deployment_duration_seconds_bucket{${app}}`, "$__rate_interval", "le"))],
})

const slow = lines({
  title: "Duration by target ring, 95th percentile over the hour before",
  description: "Work only. A gap means that nothing ended in that hour.",
  unit: Seconds,
  min: 0,
  every: "5m",
  nothing: noOutcome,
  queries: [over(percentile(0.95, "deployment_duration_seconds", app, "ring", "$__rate_interval"), "{{ring}}")],
})

const compliance = lines({
  title: "Time to compliance",
  description: "Of its latest roll-out: from each ring's start to passing the gate's success rate.",
  unit: Seconds,
  min: 0,
  nothing: "No ring became compliant yet",
  queries: [over(`max by (ring) (deployment_time_to_compliance_seconds{${app}})`, "{{ring}}")],
})

const others = table({
  title: "Success rate over a day",
  description: "Of each application, as recorded by Prometheus, the lowest first. Demo data is left out.",
  unit: PercentUnit,
  decimals: 1,
  limits: promisedSuccess,
  nothing: "Nothing ended within a day",
  links: [toDashboard("This application", "eucora-application", `var-app_name=${variable("__data.fields.app_name")}`)],
  queries: [rows("sort(max by (app_name) (app_name:deployment_success:ratio1d))")],
})

const busiest = ranking({
  title: "Most deployments over a day",
  description: "Applications with the most that ended, as recorded by Prometheus. Demo data is left out.",
  unit: Short,
  decimals: 0,
  nothing: "Nothing ended within a day",
  queries: [now("topk(10, sum by (app_name) (app_name_ring_status:deployments:increase1d) > 0)", "{{app_name}}")],
})

/** One application: the links in the API's answers lead here. */
export const application = board({
  uid: "eucora-application",
  title: "Eucora application",
  description: "How one application's roll-outs go, and how that compares.",
  tags: ["deployment", "application"],
  since: "6h",
  refresh: "30s",
  variables: [choice("deployment_total", "app_name", "Application")],
  annotations: [
    annotation(
      "Its failed deployments",
      "orange",
      `round(${increase(`deployment_total{${app}, ${failed}}`, "$__rate_interval", "ring, status")}) > 0`,
      "{{status}}",
      "target ring {{ring}}",
    ),
  ],
  shelves: [
    {
      height: 5,
      panels: [
        [8, rate],
        [8, outcomes],
        [8, work],
      ],
    },
    {
      height: 8,
      panels: [
        [14, overTime],
        [10, byRing],
      ],
    },
    {
      height: 8,
      panels: [
        [12, durations],
        [12, slow],
      ],
    },
    { height: 8, panels: [[24, compliance]] },
    {
      heading: "Beside the others",
      height: 9,
      panels: [
        [12, others],
        [12, busiest],
      ],
    },
  ],
})
