import { EventsPerMinute, OpsPerSecond, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { board, choices } from "./board.ts"
import { toPage, toTraces } from "./links.ts"
import { areas, bars, numbers, statesNow, table } from "./panels.ts"
import { besideSpans, increase, perSecond, recordedPercentile, share } from "./promql.ts"
import { now, over, rows, withExemplars } from "./query.ts"
import { operationRates, stageRates } from "./recorded.ts"
import {
  breakerState,
  breakerStates,
  connectorHealth,
  failures,
  healthStates,
  noCall,
  notExported,
  slowest,
} from "./shared.ts"
import { atLeast, atMost, below } from "./thresholds.ts"

const type = 'connector_type=~"$connector_type"'
const called = 'eucora_connector=~"$connector_type"'
const operations = `connector_operation_duration_seconds_count{${type}}`
const failedOperations = `connector_operation_duration_seconds_count{${type}, status!="success"}`

const healthNow = statesNow(
  {
    title: "Health now",
    description: "What the last probe found. A probe that is old says nothing: see beside.",
    unit: Short,
    links: [toPage("The back ends", "/connectors")],
    nothing: notExported,
    queries: [now(`min by (connector_type) (connector_health{${type}})`, "{{connector_type}}")],
  },
  healthStates,
)

const checked = numbers({
  title: "Time since the last probe",
  description: "Probes are due every 30 seconds; what is stale is not healthy.",
  unit: Seconds,
  decimals: 0,
  limits: atMost(90, 180),
  nothing: notExported,
  queries: [now(`time() - max by (connector_type) (connector_last_checked_seconds{${type}})`, "{{connector_type}}")],
})

const breakersNow = statesNow(
  {
    title: "Breakers now",
    description: "Open includes isolated by an operator.",
    unit: Short,
    links: [toPage("The back ends", "/connectors")],
    nothing: notExported,
    queries: [now(`max by (service) (circuit_breaker_state{${type}})`, "{{service}}")],
  },
  breakerStates,
)

const rate = areas({
  title: "Operations",
  description: "Operations on back ends per second. Calls refused by an open breaker are not among them.",
  unit: OpsPerSecond,
  nothing: noCall,
  queries: [over(perSecond(operations, "connector_type, operation"), "{{connector_type}} {{operation}}")],
})

const failing = failures(
  {
    title: "Share of operations that fail",
    every: "1m",
    description: "Failed or timed out, of each back end's operations. Alert above 5 %.",
    nothing: noCall,
    queries: [
      over(
        share(perSecond(failedOperations, "connector_type"), perSecond(operations, "connector_type")),
        "{{connector_type}}",
      ),
    ],
  },
  0.01,
  0.05,
)

const durations = slowest({
  title: "Duration of operations, 95th percentile",
  every: "1m",
  description: "By back end and operation. Alert above 30 s.",
  limits: below(30),
  nothing: noCall,
  queries: [
    over(
      recordedPercentile(0.95, operationRates, type, "connector_type, operation"),
      "{{connector_type}} {{operation}}",
    ),
  ],
})

const spans = slowest({
  title: "Duration of the stages that called them, 95th percentile",
  every: "1m",
  description: "Spans that name their back end. Each diamond is one of them: it leads to its trace.",
  nothing: noCall,
  links: [toTraces()],
  queries: [
    withExemplars(
      besideSpans(recordedPercentile(0.95, stageRates, called, "service_name, span_name, eucora_connector"), called),
      "{{eucora_connector}} {{span_name}}",
    ),
  ],
})

const counted = bars({
  title: "Failures that count",
  description: "Towards opening the breaker, per minute and kind of error; counted in the transaction that saw them.",
  unit: EventsPerMinute,
  every: "1m",
  nothing: "No failure counted in this time",
  queries: [
    over(
      `${perSecond(`circuit_breaker_failures_total{${type}}`, "service, error_type")} * 60`,
      "{{service}} {{error_type}}",
    ),
  ],
})

const refused = bars({
  title: "Calls refused by open breakers",
  description: "Per minute. The database's breaker guards each process by itself and is among them.",
  unit: EventsPerMinute,
  every: "1m",
  nothing: "No call was refused in this time",
  queries: [
    over(
      `${perSecond(`circuit_breaker_rejected_total{connector_type=~"$connector_type|database"}`, "service")} * 60`,
      "{{service}}",
    ),
  ],
})

const throttled = bars({
  title: "Answers of 429",
  description: "Operations that a back end asked us to repeat later, per minute. They are no failures of its breaker.",
  unit: EventsPerMinute,
  every: "1m",
  nothing: "No back end throttled us in this time",
  queries: [over(`${perSecond(`connector_throttled_total{${type}}`, "connector_type")} * 60`, "{{connector_type}}")],
})

const transitions = table({
  title: "Changes of state",
  description: "Of the breakers in the chosen time.",
  unit: Short,
  decimals: 0,
  nothing: "No breaker changed its state in this time",
  queries: [rows(`${increase(`circuit_breaker_transitions_total{${type}}`, "$__range", "service, from, to")} > 0`)],
})

const drifts = areas({
  title: "Open drifts",
  description: "Rings in which a back end says something else than the last completed deployment left there.",
  unit: Short,
  decimals: 0,
  nothing: notExported,
  queries: [over(`sum by (connector_type, kind) (drift{${type}})`, "{{connector_type}} {{kind}}")],
})

const availability = numbers({
  title: "Healthy share of the time",
  description: "Of the probes' findings in the chosen time.",
  unit: PercentUnit,
  decimals: 1,
  min: 0,
  max: 1,
  limits: atLeast(0.99, 0.999),
  nothing: notExported,
  queries: [now(`avg by (connector_type) (avg_over_time(connector_health{${type}}[$__range]))`, "{{connector_type}}")],
})

/** Which back end is failing, and what it costs. */
export const connectors = board({
  uid: "eucora-connectors",
  title: "Eucora connectors and breakers",
  description: "Which back end is failing, how, and what its breaker does about it.",
  tags: ["connectors", "breakers"],
  since: "1h",
  refresh: "10s",
  variables: [choices("connector_operation_duration_seconds_count", "connector_type", "Back end")],
  shelves: [
    {
      height: 5,
      panels: [
        [6, healthNow],
        [6, checked],
        [6, breakersNow],
        [6, availability],
      ],
    },
    {
      height: 7,
      panels: [
        [12, connectorHealth(`{${type}}`)],
        [12, breakerState(`{${type}}`)],
      ],
    },
    {
      heading: "Operations",
      height: 8,
      panels: [
        [8, rate],
        [8, failing],
        [8, durations],
      ],
    },
    { height: 8, panels: [[24, spans]] },
    {
      heading: "Failures",
      height: 8,
      panels: [
        [8, counted],
        [8, refused],
        [8, throttled],
      ],
    },
    {
      height: 8,
      panels: [
        [12, transitions],
        [12, drifts],
      ],
    },
  ],
})
