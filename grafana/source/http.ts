import { PercentUnit, RequestsPerSecond, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { board } from "./board.ts"
import { toTraces } from "./links.ts"
import { areas, bars, dial, lines, numbers, pie } from "./panels.ts"
import { increase, mean, percentile, perSecond, share } from "./promql.ts"
import { now, over, withExemplars } from "./query.ts"
import { failures, noRequest, requestPercentiles, slowest } from "./shared.ts"
import { atLeast, atMost, below } from "./thresholds.ts"

const requests = "http_server_request_duration_seconds_count"
const durations = "http_server_request_duration_seconds"
const broken = `${requests}{http_response_status_code=~"5.."}`

const rate = dial({
  title: "Request rate",
  description:
    "Requests per second, now. Yellow from 80, red from 90: what two small processes were seen to answer with ease.",
  unit: RequestsPerSecond,
  decimals: 1,
  min: 0,
  max: 100,
  limits: atMost(80, 90),
  nothing: noRequest,
  queries: [now(perSecond(requests), "requests")],
})

const statuses = pie({
  title: "Answers by status",
  description: "Requests answered in the chosen time, by status code.",
  unit: Short,
  decimals: 0,
  nothing: noRequest,
  queries: [now(`${increase(requests, "$__range", "http_response_status_code")} > 0`, "{{http_response_status_code}}")],
})

const failing = numbers({
  title: "Answered with 5xx",
  description: "Share of the requests of the chosen time that were our failure. Alert above 1 %.",
  unit: PercentUnit,
  decimals: 2,
  min: 0,
  max: 1,
  limits: atMost(0.001, 0.01),
  nothing: noRequest,
  queries: [now(share(increase(broken, "$__range"), increase(requests, "$__range")), "5xx")],
})

const services = numbers({
  title: "Service health",
  description: "Processes that report, by role. What a dead one left stays for a minute.",
  unit: Short,
  decimals: 0,
  limits: atLeast(1, 1),
  nothing: "No process reports",
  queries: [now('count by (service_role) (target_info{service_role!=""})', "{{service_role}}")],
})

const average = lines({
  title: "Average duration",
  every: "1m",
  description: "Mean time that answering a request took. A mean hides what is slow: see the percentiles.",
  unit: Seconds,
  min: 0,
  nothing: noRequest,
  queries: [over(mean(durations), "mean")],
})

const quantiles = slowest({
  title: "Duration, percentiles",
  every: "1m",
  description: "Median, 95th and 99th percentile over all routes. Alert when the 95th is above 1 s.",
  limits: below(1),
  nothing: noRequest,
  queries: requestPercentiles(),
})

const byRoute = slowest({
  title: "Duration by route, 95th percentile",
  every: "1m",
  description: "From the spans of the API. Each diamond is a request: it leads to its trace.",
  limits: below(1),
  nothing: noRequest,
  links: [toTraces()],
  queries: [
    withExemplars(
      percentile(
        0.95,
        "traces_span_metrics_duration_seconds",
        'span_kind="SPAN_KIND_SERVER"',
        "service_name, span_name",
      ),
      "{{span_name}}",
    ),
  ],
})

const traffic = areas({
  title: "Requests by route",
  description: "Requests per second, by template of the route.",
  unit: RequestsPerSecond,
  every: "15s",
  nothing: noRequest,
  queries: [over(perSecond(requests, "http_route"), "{{http_route}}")],
})

const answers = bars({
  title: "Answers by status over time",
  description: "Requests per second, by status code.",
  unit: RequestsPerSecond,
  every: "15s",
  nothing: noRequest,
  queries: [over(perSecond(requests, "http_response_status_code"), "{{http_response_status_code}}")],
})

const broke = failures(
  {
    title: "Share of 5xx by route",
    every: "1m",
    description: "Of each route's requests, those that were our failure. Alert above 1 % of all.",
    nothing: noRequest,
    queries: [over(share(perSecond(broken, "http_route"), perSecond(requests, "http_route")), "{{http_route}}")],
  },
  0.001,
  0.01,
)

const open = lines({
  title: "Being answered",
  description: "Requests being answered, and clients that listen to the stream of events.",
  unit: Short,
  decimals: 0,
  min: 0,
  nothing: "No process reports",
  queries: [over("sum(http_server_active_requests)", "requests"), over("sum(sse_clients)", "listeners")],
})

const refused = bars({
  title: "Refused and repeated",
  description:
    "Requests per second refused for their token, by reason, or because there were too many, by whose budget was used up; and " +
    "those answered by an earlier one's answer (Idempotency-Key).",
  unit: RequestsPerSecond,
  nothing: "None was refused or repeated in this time",
  queries: [
    over(perSecond("auth_failures_total", "reason"), "token {{reason}}"),
    over(perSecond("rate_limit_rejected_total", "scope"), "too many of one {{scope}}"),
    over(perSecond("idempotency_replays_total"), "repeated"),
  ],
})

/** How the API answers. */
export const http = board({
  uid: "eucora-http",
  title: "Eucora HTTP",
  description: "How the API answers: how much, how fast, how often wrongly.",
  tags: ["api", "http"],
  since: "1h",
  refresh: "10s",
  shelves: [
    {
      height: 6,
      panels: [
        [6, rate],
        [6, statuses],
        [6, failing],
        [6, services],
      ],
    },
    {
      height: 8,
      panels: [
        [12, average],
        [12, quantiles],
      ],
    },
    { height: 9, panels: [[24, byRoute]] },
    {
      height: 8,
      panels: [
        [12, traffic],
        [12, answers],
      ],
    },
    {
      height: 8,
      panels: [
        [8, broke],
        [8, open],
        [8, refused],
      ],
    },
  ],
})
