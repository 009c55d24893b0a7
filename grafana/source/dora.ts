import { PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { board } from "./board.ts"
import { toPage } from "./links.ts"
import { bars, lines, numbers } from "./panels.ts"
import { increase, mean, share } from "./promql.ts"
import { now, over } from "./query.ts"
import { decided, failed, leadTimeOfWeeks, outcomesOfWeeks as outcomes, restoreOfWeeks, succeeded } from "./recorded.ts"
import { noOutcome } from "./shared.ts"
import { atMost } from "./thresholds.ts"

const changeFailures = (window: string, by = "") =>
  share(increase(`${outcomes}{${failed}}`, window, by), increase(`${outcomes}{${decided}}`, window, by))
const byApplication = toPage("By application", "/dora")
const noRestore = "Nothing had to be restored in this time"

const frequency = numbers({
  title: "Deployment frequency",
  description: "Completed deployments per day, over the chosen time.",
  unit: Short,
  decimals: 1,
  nothing: noOutcome,
  links: [byApplication],
  queries: [now(`${increase(`${outcomes}{${succeeded}}`, "$__range")} / $__range_s * 86400`, "per day")],
})

const leadTime = numbers({
  title: "Lead time for changes",
  description: "Mean time from submission to COMPLETED, approvals and soak included.",
  unit: Seconds,
  nothing: noOutcome,
  links: [byApplication],
  queries: [now(mean(leadTimeOfWeeks, "", "", "$__range", ":sum"), "mean")],
})

const failureRate = numbers({
  title: "Change failure rate",
  description:
    "(FAILED + ROLLED_BACK) ÷ (COMPLETED + FAILED + ROLLED_BACK). From 5 % it is watched, above 10 % it pauses a roll-out.",
  unit: PercentUnit,
  decimals: 1,
  min: 0,
  max: 1,
  limits: atMost(0.05, 0.1),
  nothing: noOutcome,
  links: [byApplication],
  queries: [now(changeFailures("$__range"), "failed")],
})

const restore = numbers({
  title: "Time to restore",
  description:
    "Mean time from a failed or rolled back deployment to the application's next completed one. Promised: 4 h.",
  unit: Seconds,
  limits: atMost(7_200, 14_400),
  nothing: noRestore,
  links: [byApplication],
  queries: [now(mean(restoreOfWeeks, "", "", "$__range", ":sum"), "mean")],
})

const perDay = bars({
  title: "Completed per day",
  description: "By target ring.",
  unit: Short,
  decimals: 0,
  every: "1d",
  nothing: noOutcome,
  queries: [over(increase(`${outcomes}{${succeeded}}`, "$__interval", "ring"), "{{ring}}")],
})

const leadTimes = lines({
  title: "Lead time by target ring, over the day before",
  description: "Mean of a day, as recorded by Prometheus. Demo data is left out.",
  unit: Seconds,
  min: 0,
  every: "5m",
  nothing: noOutcome,
  queries: [over("max by (ring) (ring:lead_time_seconds:mean1d)", "{{ring}}")],
})

const failureRates = lines({
  title: "Change failure rate by target ring, over the day before",
  description: "As recorded by Prometheus. A gap means that nothing ended within a day. Demo data is left out.",
  unit: PercentUnit,
  min: 0,
  max: 1,
  every: "5m",
  limits: atMost(0.05, 0.1),
  nothing: noOutcome,
  queries: [over("max by (ring) (ring:change_failure:ratio1d)", "{{ring}}")],
})

const restores = lines({
  title: "Time to restore by target ring, over the day before",
  description: "Mean of a day, as recorded by Prometheus. Demo data is left out.",
  unit: Seconds,
  min: 0,
  every: "5m",
  limits: atMost(7_200, 14_400),
  nothing: noRestore,
  queries: [over("max by (ring) (ring:time_to_restore_seconds:mean1d)", "{{ring}}")],
})

/** The four keys. By application they are in the API (`/api/v1/dora`), because series per application would be too many. */
export const dora = board({
  uid: "eucora-dora",
  title: "Eucora DORA",
  description:
    "Deployment frequency, lead time, change failure rate and time to restore; by application the API has them.",
  tags: ["dora"],
  since: "7d",
  refresh: "5m",
  shelves: [
    {
      height: 5,
      panels: [
        [6, frequency],
        [6, leadTime],
        [6, failureRate],
        [6, restore],
      ],
    },
    {
      height: 8,
      panels: [
        [12, perDay],
        [12, leadTimes],
      ],
    },
    {
      height: 8,
      panels: [
        [12, failureRates],
        [12, restores],
      ],
    },
  ],
})
