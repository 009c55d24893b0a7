/** Series as a control plane at the bound of its labels has them, and how densely each is kept in the generated history. */
import { connectorOperations, connectorTypes } from "../../src/connectors/types.ts"
import { rings } from "../../src/rings/rings.ts"
import { taskNames } from "../../src/tasks/queues.ts"
import { known, type Labels } from "../../test/contract/series.ts"

const applicationBound = 100
/** The application that the dashboards are asked about. */
export const chosenApp = "app-042"

const numbered = (count: number, name: string) =>
  Array.from({ length: count }, (_, index) => `${name}-${String(index).padStart(3, "0")}`)
const routes = numbered(25, "/api/v1/things/{id}/route")
const stages = ["deployment.create", "deployment.approve", "ring.rollout", "gate.evaluate", "deployment.rollback"]

/** Values of the labels whose values are not known beforehand. */
const fillers: Readonly<Record<string, readonly string[]>> = {
  app_name: [...numbered(applicationBound, "app"), "other"],
  service: ["intune", "jamf", "sccm", "landscape", "ansible"],
  task_name: taskNames,
  connector_type: connectorTypes,
  eucora_connector: connectorTypes,
  operation: connectorOperations,
  span_name: stages,
  service_name: ["eucora-worker"],
  alertstate: ["pending", "firing"],
  severity: ["critical", "warning", "info"],
  le: [
    "1.0",
    "5.0",
    "10.0",
    "30.0",
    "60.0",
    "300.0",
    "600.0",
    "1800.0",
    "3600.0",
    "14400.0",
    "86400.0",
    "604800.0",
    "+Inf",
  ],
  http_route: routes,
  http_response_status_code: ["200", "201", "404", "500"],
  endpoint: routes,
  method: ["GET", "POST"],
  status: ["200", "201", "404", "500"],
  server_address: ["graph.example", "jamf.example", "sccm.example", "landscape.example", "awx.example"],
  slo: ["deployment-success", "api-availability", "api-latency"],
  verdict: ["passed", "failed", "inconclusive"],
  decision: ["approved", "rejected", "expired"],
  ring: rings,
  requires_cab: ["true", "false"],
}
/** Fewer than there could be, where a process only ever meets some. */
const narrowed: Readonly<Record<string, readonly string[]>> = {
  http_request_method: ["GET", "POST"],
  url_scheme: ["http"],
  network_protocol_version: ["1.1"],
}
const decided = ["COMPLETED", "FAILED", "ROLLED_BACK"]
const outcomes = [...decided, "REJECTED", "CANCELLED"]

type Series = Readonly<Record<string, string>>

/** Every combination of the labels' values. */
function product(labels: readonly (readonly [string, readonly string[]])[]): Series[] {
  return labels.reduce<Series[]>(
    (all, [name, values]) => all.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  )
}

const processes = (role: string, count: number): Series[] =>
  numbered(count, role).map((instance) => ({
    job: `eucora/eucora-${role}`,
    instance,
    environment: "production",
    service_role: role,
  }))

/** Whose series they are: two APIs, four workers, or the one identity of the facts. */
function resources(metric: string): Series[] {
  if (metric.startsWith("job_instance")) return [...processes("api", 2), ...processes("worker", 4)]
  if (metric.includes(":")) return [{ environment: "production" }]
  if (/^(up|scrape_)/.test(metric))
    return product([["job", ["collector", "collector-self", "jaeger", "prometheus", "alertmanager"]]])
  if (/^(otelcol|process_resident)/.test(metric)) return product([["job", ["collector-self", "jaeger"]]])
  if (/^(prometheus|alertmanager)_/.test(metric)) return [{ job: "prometheus", instance: "127.0.0.1:9090" }]
  if (/^traces_/.test(metric)) return [{ environment: "production" }]
  if (/^http_(server|request)|^(sse|auth|idempotency|alert_not)/.test(metric)) return processes("api", 2)
  if (/^(task_(duration|retries)|connector_(operation|throttled)|http_client)/.test(metric))
    return processes("worker", 4)
  if (
    /^(process|nodejs|v8js|db|telemetry_(spans|logs|exports|durable)|circuit_breaker_rejected|target_info)/.test(metric)
  )
    return [...processes("api", 2), ...processes("worker", 4)]
  return [
    { job: "eucora/eucora-control-plane", instance: "durable", environment: "production", service_role: "durable" },
  ]
}

/** Spans of requests, tasks, stages and queries. */
function spans(): Series[] {
  const kind = (name: string) => ["span_kind", [`SPAN_KIND_${name}`]] as const
  const [api, worker] = [["service_name", ["eucora-api"]] as const, ["service_name", ["eucora-worker"]] as const]
  const ended = ["status_code", ["STATUS_CODE_UNSET", "STATUS_CODE_ERROR"]] as const
  const where = [
    ["eucora_ring", rings],
    ["eucora_connector", fillers["service"] ?? []],
  ] as const
  return [
    ...product([api, kind("SERVER"), ["span_name", routes.map((route) => `GET ${route}`)], ended]),
    ...product([worker, kind("CONSUMER"), ["span_name", taskNames.map((task) => `process ${task}`)], ended]),
    ...product([worker, kind("INTERNAL"), ["span_name", stages], ...where, ended]),
    ...product([worker, kind("CLIENT"), ["span_name", numbered(60, "SELECT table")], ended]),
  ]
}

function own(metric: string, labels: Labels): Series[] {
  if (metric.startsWith("traces_span")) {
    const buckets = metric.endsWith("_bucket") ? (fillers["le"] ?? []) : [""]
    return spans().flatMap((span) => buckets.map((le) => (le === "" ? span : { ...span, le })))
  }
  const carried = ["job", "instance", "environment", "service_role"]
  const free = [...labels].filter(([name]) => !carried.includes(name))
  const all = product(free.map(([name, values]) => [name, valuesOf(metric, name, values)]))
  return metric.includes("deployment_duration") ? all.filter(({ status }) => status !== "REJECTED") : all
}

function valuesOf(metric: string, name: string, values: readonly string[] | undefined): readonly string[] {
  if (metric.includes(":") && name === "status") return metric.endsWith(":sum") ? outcomes : decided
  return narrowed[name] ?? values ?? fillers[name] ?? ["one"]
}

/** All series of the metrics in question, as they stand in an exposition: `name{label="value"}`. */
export function seriesOf(metric: string): string[] {
  const labels = known.get(metric) ?? new Map()
  return resources(metric).flatMap((resource) =>
    own(metric, labels).map((each) => {
      const pairs = Object.entries({ ...resource, ...each }).map(([name, value]) => `${name}="${value}"`)
      return `${metric}{${pairs.join(",")}}`
    }),
  )
}
