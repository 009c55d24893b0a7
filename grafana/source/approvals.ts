import { PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { board } from "./board.ts"
import { toPage } from "./links.ts"
import { bars, heatmap, lines, numbers } from "./panels.ts"
import { increase, mean, share } from "./promql.ts"
import { buckets, now, over } from "./query.ts"
import { timeToCompliance } from "./recorded.ts"
import { notExported } from "./shared.ts"
import { atMost, below } from "./thresholds.ts"

const day = 86_400
const noDecision = "Nothing was decided in this time"
const noScore = "Nothing was submitted in this time"
const waiting = toPage("What waits", "/?status=AWAITING_CAB")

const backlog = numbers({
  title: "Awaiting approval",
  description: "Deployments that wait for people. Alert above five.",
  unit: Short,
  decimals: 0,
  limits: atMost(3, 6),
  nothing: notExported,
  links: [waiting],
  queries: [now('sum(deployment_active{status="AWAITING_CAB"})', "waiting")],
})

const oldest = numbers({
  title: "Oldest of them",
  description: "How long the oldest waits. The review window is 48 h, an urgent one 24 h.",
  unit: Seconds,
  limits: atMost(day, 2 * day),
  nothing: notExported,
  links: [waiting],
  queries: [now('max(deployment_oldest_age_seconds{status="AWAITING_CAB"})', "oldest")],
})

const overdue = numbers({
  title: "Overdue",
  description: "Waiting for approval beyond their review window.",
  unit: Short,
  decimals: 0,
  limits: below(1),
  nothing: notExported,
  queries: [now('sum(deployment_overdue{reason="approval"})', "overdue")],
})

const needed = numbers({
  title: "Needed approval",
  description: "Share of the deployments submitted in the chosen time that score above 50 or bring privileged tooling.",
  unit: PercentUnit,
  decimals: 0,
  min: 0,
  max: 1,
  nothing: noScore,
  queries: [
    now(
      share(
        increase('deployment_submitted_total{requires_cab="true"}', "$__range"),
        increase("deployment_submitted_total", "$__range"),
      ),
      "needed approval",
    ),
  ],
})

const queue = lines({
  title: "Awaiting approval over time",
  description: "Deployments that wait for people, by ring. Alert above five in all.",
  unit: Short,
  decimals: 0,
  min: 0,
  every: "1m",
  limits: below(6),
  nothing: notExported,
  queries: [over('sum(deployment_active{status="AWAITING_CAB"})', "waiting")],
})

const decisions = bars({
  title: "Decisions per hour",
  description: "By decision; the wait of each is recorded with it.",
  unit: Short,
  every: "1h",
  nothing: noDecision,
  queries: [over(increase("deployment_approval_wait_seconds_count", "$__interval", "decision"), "{{decision}}")],
})

const wait = lines({
  title: "Wait for a decision",
  description: "Mean of each hour, by decision.",
  unit: Seconds,
  min: 0,
  every: "1h",
  nothing: noDecision,
  queries: [over(mean("deployment_approval_wait_seconds", "", "decision", "$__interval"), "{{decision}}")],
})

const scores = heatmap({
  title: "Risk scores",
  description: "Scores of the deployments submitted in each hour. Above 50 people approve, above 75 two of them.",
  unit: Short,
  every: "1h",
  nothing: noScore,
  queries: [buckets(increase("risk_score_distribution_bucket", "$__interval", "le"))],
})

const trend = lines({
  title: "Risk, 75th percentile over a day",
  description: "Of what has to be approved (true) and of the rest (false). Alert when the first is above 75.",
  unit: Short,
  min: 0,
  max: 100,
  every: "1h",
  limits: below(75),
  nothing: noScore,
  queries: [
    over(
      `histogram_quantile(0.75, ${increase("risk_score_distribution_bucket", "1d", "le, requires_cab")})`,
      "requires approval: {{requires_cab}}",
    ),
  ],
})

const compliance = lines({
  title: "Time to compliance",
  description: "Of each ring's latest roll-outs, the slowest: from its start to passing the gate's success rate.",
  unit: Seconds,
  min: 0,
  every: "5m",
  nothing: "No ring became compliant yet",
  queries: [over(`max by (ring) (${timeToCompliance})`, "{{ring}}")],
})

const submitted = bars({
  title: "Submitted per hour",
  description: "By whether people have to approve.",
  unit: Short,
  every: "1h",
  nothing: noScore,
  queries: [
    over(increase("deployment_submitted_total", "$__interval", "requires_cab"), "requires approval: {{requires_cab}}"),
  ],
})

/** What waits for people, and how risky it is. */
export const approvals = board({
  uid: "eucora-approvals",
  title: "Eucora approvals and risk",
  description: "What waits for people, for how long, and how risky it is.",
  tags: ["approvals", "risk", "compliance"],
  since: "24h",
  refresh: "1m",
  shelves: [
    {
      height: 5,
      panels: [
        [6, backlog],
        [6, oldest],
        [6, overdue],
        [6, needed],
      ],
    },
    {
      height: 8,
      panels: [
        [8, queue],
        [8, decisions],
        [8, wait],
      ],
    },
    {
      heading: "Risk",
      height: 8,
      panels: [
        [8, submitted],
        [8, scores],
        [8, trend],
      ],
    },
    { heading: "Compliance", height: 8, panels: [[24, compliance]] },
  ],
})
