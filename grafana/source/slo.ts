import { PercentUnit, Short } from "@grafana/grafana-foundation-sdk/units"
import { board } from "./board.ts"
import { lines, numbers, ranking } from "./panels.ts"
import { now, over } from "./query.ts"
import { atLeast, atMost } from "./thresholds.ts"

const nothing = "Nothing counted for or against an objective in this time"
/** What is left of the days of budget that three days are worth of: the longest window that is recorded. */
const left =
  "1 - slo:bad_events:increase3d / ((slo:events:increase3d > 0) * on (slo) group_left () (1 - slo:objective:ratio))"

const objectives = numbers({
  title: "Objectives",
  description: "Deployments that succeed, requests without a 5xx, requests answered within a second.",
  unit: PercentUnit,
  decimals: 1,
  min: 0,
  max: 1,
  nothing: "Prometheus records no objectives",
  queries: [now("max by (slo) (slo:objective:ratio)", "{{slo}}")],
})

const met = numbers({
  title: "Met over three days",
  description: "Share of good events. What it is to be is above; the colours are those of 98 % and 99 %.",
  unit: PercentUnit,
  decimals: 2,
  min: 0,
  max: 1,
  limits: atLeast(0.98, 0.99),
  nothing,
  queries: [now("1 - slo:bad_events:increase3d / (slo:events:increase3d > 0)", "{{slo}}")],
})

const budget = ranking({
  title: "Error budget left, of three days",
  description: "1 is untouched, 0 used up, below 0 the objective is missed.",
  unit: PercentUnit,
  min: -1,
  max: 1,
  limits: atLeast(0, 0.25),
  nothing,
  queries: [now(left, "{{slo}}")],
})

const burn = (title: string, window: string, red: number) =>
  lines({
    title: `Burn rate, ${title}`,
    description: `How fast each error budget burns, over ${window}. At 1 it is used up in exactly 30 days; red from ${red}.`,
    unit: Short,
    min: 0,
    every: "1m",
    limits: atMost(1, red),
    nothing,
    queries: [over(`max by (slo) (slo:error_budget_burn:ratio${window})`, "{{slo}}")],
  })

const left3d = lines({
  title: "Error budget left over time, of three days",
  description: "1 is untouched, 0 used up. It comes back as bad days leave the window.",
  unit: PercentUnit,
  max: 1,
  every: "5m",
  nothing,
  queries: [over(left, "{{slo}}")],
})

const bad = lines({
  title: "Bad events in an hour",
  description:
    "Deployments that failed or were rolled back, requests answered with 5xx, requests that took longer than a second.",
  unit: Short,
  decimals: 0,
  min: 0,
  every: "1m",
  nothing,
  queries: [over("max by (slo) (slo:bad_events:increase1h)", "{{slo}}")],
})

/** Whether what was promised is kept. */
export const slo = board({
  uid: "eucora-slo",
  title: "Eucora SLO and error budget",
  description: "Whether what was promised is kept, and how fast the error budgets burn.",
  tags: ["slo"],
  since: "24h",
  refresh: "1m",
  shelves: [
    {
      height: 5,
      panels: [
        [8, objectives],
        [8, met],
        [8, budget],
      ],
    },
    {
      height: 8,
      panels: [
        [12, burn("fast", "1h", 14.4)],
        [12, burn("slow", "6h", 6)],
      ],
    },
    {
      height: 8,
      panels: [
        [12, burn("over three days", "3d", 3)],
        [12, left3d],
      ],
    },
    { height: 8, panels: [[24, bad]] },
  ],
})
