/** Panels that stand on more than one dashboard, and the words they share. */
import { PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { type Facts, lines, type State, timeline } from "./panels.ts"
import { increase, percentile, recordedPercentile, share } from "./promql.ts"
import { over } from "./query.ts"
import { decided, outcomes, requestRates, succeeded } from "./recorded.ts"
import { atLeast, atMost } from "./thresholds.ts"

export const noOutcome = "No deployment ended in this time"
export const noRequest = "No request in this time"
export const noTask = "No task ran in this time"
export const noCall = "No back end was called in this time"
export const notExported = "Nobody exports it: see the alert ControlPlaneAbsent"

/** Alert below 97 %, objective 98 %. */
export const promisedSuccess = atLeast(0.97, 0.98)

/** COMPLETED ÷ (COMPLETED + FAILED + ROLLED_BACK) over all applications. */
export const successShare = (window: string, by = ""): string =>
  share(increase(`${outcomes}{${succeeded}}`, window, by), increase(`${outcomes}{${decided}}`, window, by))

export const breakerStates: readonly State[] = [
  { value: 0, text: "closed", color: "green" },
  { value: 1, text: "open", color: "red" },
  { value: 2, text: "half-open", color: "orange" },
]

export const healthStates: readonly State[] = [
  { value: 1, text: "healthy", color: "green" },
  { value: 0, text: "unhealthy", color: "red" },
]

export const upStates: readonly State[] = [
  { value: 1, text: "up", color: "green" },
  { value: 0, text: "down", color: "red" },
]

export const connectorHealth = (matchers = "") =>
  timeline(
    {
      title: "Health of the back ends",
      description: "What the last probe of each configured back end found, every 30 seconds.",
      unit: Short,
      nothing: notExported,
      queries: [over(`min by (connector_type) (connector_health${matchers})`, "{{connector_type}}")],
    },
    healthStates,
  )

export const breakerState = (matchers = "") =>
  timeline(
    {
      title: "Circuit breakers",
      description: "State of each back end's breaker, shared by all processes. Open includes isolated by an operator.",
      unit: Short,
      nothing: notExported,
      queries: [over(`max by (service) (circuit_breaker_state${matchers})`, "{{service}}")],
    },
    breakerStates,
  )

/** Median, 95th and 99th percentile of a histogram. */
export const percentiles = (of: string, matchers = "") =>
  [0.5, 0.95, 0.99].map((q) => over(percentile(q, of, matchers), `p${q * 100}`))

/** The same of all requests to the API, from what is recorded. */
export const requestPercentiles = () =>
  [0.5, 0.95, 0.99].map((q) => over(recordedPercentile(q, requestRates), `p${q * 100}`))

/** A 95th percentile over time, judged in seconds. */
export const slowest = (facts: Omit<Facts, "unit">) => lines({ min: 0, unit: Seconds, ...facts })

/** A share of what failed, judged. */
export const failures = (facts: Omit<Facts, "unit">, orange: number, red: number) =>
  lines({ min: 0, max: 1, unit: PercentUnit, limits: atMost(orange, red), ...facts })
