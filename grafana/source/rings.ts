import type { DynamicConfigValue } from "@grafana/grafana-foundation-sdk/dashboard"
import { PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { board, choices } from "./board.ts"
import { toDashboard, toPage } from "./links.ts"
import { areas, bars, lines, numbers, ranking, table } from "./panels.ts"
import { increase, share } from "./promql.ts"
import { now, over, rows } from "./query.ts"
import { timeToCompliance } from "./recorded.ts"
import { notExported, promisedSuccess } from "./shared.ts"
import { atLeast, below } from "./thresholds.ts"

const ring = 'ring=~"$ring"'
const devices = (state: string) => `sum by (ring) (deployment_ring_devices{${ring}, state="${state}"})`
const noRollout = "No roll-out is going on"
const noVerdict = "No gate gave a verdict in this time"

/** What a ring's gate asks for, as the policies of the control plane begin. */
const gateOf = { LAB: 0.95, CANARY: 0.98, PILOT: 0.97, DEPARTMENT: 0.99, GLOBAL: 0.99 }

function gateColours(least: number): DynamicConfigValue[] {
  return [{ id: "thresholds", value: atLeast(least - 0.05, least).build() }]
}

const progress = ranking({
  title: "Installed",
  description:
    "Installed ÷ targeted devices of the roll-outs that are going on. Green from what the ring's gate asks for.",
  unit: PercentUnit,
  max: 1,
  limits: promisedSuccess,
  nothing: noRollout,
  links: [toPage("The rings", "/rings")],
  queries: [now(share(devices("installed"), devices("targeted")), "{{ring}}")],
})
for (const [name, least] of Object.entries(gateOf)) progress.overrideByName(name, gateColours(least))

const estimate = numbers({
  title: "Time to go",
  description:
    "Of each ring's slowest roll-out, at its own mean pace so far. Nothing before its first device answered.",
  unit: Seconds,
  nothing: "No device has answered",
  links: [toPage("The rings", "/rings")],
  queries: [now(`max by (ring) (deployment_ring_time_left_seconds{${ring}})`, "{{ring}}")],
})

const fleet = areas({
  title: "Devices of the roll-outs",
  description: "Devices by state, of the roll-outs that are going on; their series end with them.",
  unit: Short,
  decimals: 0,
  nothing: noRollout,
  queries: [over(`sum by (state) (deployment_ring_devices{${ring}, state!="targeted"})`, "{{state}}")],
})

const active = areas({
  title: "Active deployments by current ring",
  description: "Deployments without an outcome, read from the database.",
  unit: Short,
  decimals: 0,
  nothing: notExported,
  queries: [over(`sum by (ring) (deployment_active{${ring}})`, "{{ring}}")],
})

const verdicts = bars({
  title: "Verdicts of the gates",
  description: "Evaluations per minute, by verdict; a ring may be measured many times before it passes.",
  unit: Short,
  nothing: noVerdict,
  every: "1m",
  queries: [
    over(`sum by (verdict) (rate(promotion_gate_evaluation_total{${ring}}[$__rate_interval])) * 60`, "{{verdict}}"),
  ],
})

const gates = lines({
  title: "Gate success rate, over seven days",
  description: "passed ÷ (passed + failed), as the control plane has it. Alert below 95 %.",
  unit: PercentUnit,
  min: 0,
  max: 1,
  limits: promisedSuccess,
  nothing: "No gate gave a verdict within seven days",
  queries: [over(`max by (ring) (promotion_gate_success_rate{${ring}})`, "{{ring}}")],
})

const reasons = table({
  title: "Why gates did not pass",
  description: "Evaluations that failed or could not decide in the chosen time, by reason.",
  unit: Short,
  decimals: 0,
  nothing: noVerdict,
  queries: [
    rows(
      `${increase(`promotion_gate_evaluation_total{${ring}, verdict!="passed"}`, "$__range", "ring, verdict, reason")} > 0`,
    ),
  ],
})

const promotions = table({
  title: "Promotions",
  description: "Decisions on going from one ring to the next in the chosen time.",
  unit: Short,
  decimals: 0,
  nothing: "No ring was left in this time",
  queries: [rows(`${increase("ring_promotion_total", "$__range", "from_ring, to_ring, status")} > 0`)],
})

const rollbacks = bars({
  title: "Roll-backs begun",
  description: "Per minute, by what began them; also of completed deployments. By target ring.",
  unit: Short,
  nothing: "Nothing was rolled back in this time",
  every: "1m",
  queries: [over(`sum by (trigger) (rate(deployment_rollback_total{${ring}}[$__rate_interval])) * 60`, "{{trigger}}")],
})

const compliance = lines({
  title: "Time to compliance",
  description: "Of each ring's latest roll-outs, the slowest: from its start to passing the gate's success rate.",
  unit: Seconds,
  min: 0,
  every: "15s",
  nothing: "No ring became compliant yet",
  links: [toDashboard("Approvals and risk", "eucora-approvals")],
  queries: [over(`max by (ring) (${timeToCompliance}{${ring}})`, "{{ring}}")],
})

const overdue = lines({
  title: "Overdue",
  description: "Deployments beyond their own limits, soak taken into account: stuck, not compliant, not approved.",
  unit: Short,
  decimals: 0,
  min: 0,
  limits: below(1),
  nothing: notExported,
  queries: [over(`sum by (ring, reason) (deployment_overdue{${ring}})`, "{{ring}} {{reason}}")],
})

const sources = bars({
  title: "Gates without an answer",
  description: "PromQL sources of gates that did not answer, per minute: such a gate decides nothing.",
  unit: Short,
  nothing: "Every source answered",
  every: "1m",
  queries: [
    over(`sum by (ring) (rate(promotion_gate_query_errors_total{${ring}}[$__rate_interval])) * 60`, "{{ring}}"),
  ],
})

/** How far roll-outs got, and why they stopped. */
export const rollouts = board({
  uid: "eucora-rings",
  title: "Eucora ring roll-out",
  description: "How far roll-outs got, how long they still take, and why they stopped.",
  tags: ["deployment", "rings", "gates"],
  since: "3h",
  refresh: "10s",
  variables: [choices("deployment_active", "ring", "Ring")],
  shelves: [
    {
      height: 7,
      panels: [
        [8, progress],
        [4, estimate],
        [12, fleet],
      ],
    },
    {
      height: 8,
      panels: [
        [12, active],
        [12, overdue],
      ],
    },
    {
      heading: "Gates",
      height: 8,
      panels: [
        [12, verdicts],
        [12, gates],
      ],
    },
    {
      height: 8,
      panels: [
        [10, reasons],
        [8, promotions],
        [6, sources],
      ],
    },
    {
      heading: "What became of it",
      height: 8,
      panels: [
        [12, rollbacks],
        [12, compliance],
      ],
    },
  ],
})
