import { alertStatuses } from "../alerts/types.ts"
import { connectorOperations, connectorTypes } from "../connectors/types.ts"
import { rings } from "../rings/rings.ts"
import { bounded } from "./durable/definition.ts"
import type { ProcessInstrument } from "./process-instrument.ts"
import { runtimeInstruments } from "./runtime-instruments.ts"

/** How long something took, from a tenth of a second to five minutes. */
const secondsToMinutes = [0.1, 0.5, 1, 5, 10, 30, 60, 300]
/** https://opentelemetry.io/docs/specs/semconv/database/database-metrics/ */
const databaseSeconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
/** https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
const httpSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Methods that stand in labels; every other one is `_OTHER`. */
export const httpMethods = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
  "PATCH",
  "QUERY",
] as const
const queryTypes = ["select", "insert", "update", "delete", "other"] as const
export type QueryType = (typeof queryTypes)[number]

const guardedTypes = [...connectorTypes, "database"] as const

/** What our own code records, one recorder each in metrics.ts. */
export const recordedInstruments = {
  taskDuration: {
    name: "task.duration",
    kind: "histogram",
    unit: "s",
    description: "Time that one run of a task took.",
    attributes: { task_name: bounded, status: ["success", "failed", "timeout"] },
    boundaries: secondsToMinutes,
  },
  taskRetries: {
    name: "task.retries",
    kind: "counter",
    unit: "{retry}",
    description: "Runs of a task after its first.",
    attributes: { task_name: bounded },
  },
  connectorOperationDuration: {
    name: "connector.operation.duration",
    kind: "histogram",
    unit: "s",
    description: "Time that one operation on a back end took. Calls refused by an open breaker are not among them.",
    attributes: {
      connector_type: connectorTypes,
      operation: connectorOperations,
      status: ["success", "failed", "timeout"],
    },
    boundaries: secondsToMinutes,
  },
  connectorThrottled: {
    name: "connector.throttled",
    kind: "counter",
    unit: "{answer}",
    description: "Operations that a back end answered with 429.",
    attributes: { connector_type: connectorTypes },
  },
  gateQueryErrors: {
    name: "promotion_gate.query.errors",
    kind: "counter",
    unit: "{error}",
    description: "Queries of promotion gates that Prometheus did not answer.",
    attributes: { ring: rings },
  },
  circuitBreakerRejected: {
    name: "circuit_breaker.rejected",
    kind: "counter",
    unit: "{call}",
    description: "Calls that a circuit breaker refused; the database's guards each process by itself.",
    attributes: { service: bounded, connector_type: guardedTypes },
    known: guardedTypes.map((type) => ({ service: type, connector_type: type })),
  },
  queryDuration: {
    name: "db.client.operation.duration",
    kind: "histogram",
    unit: "s",
    description: "Time that one query took, waiting for a connection included.",
    attributes: { "db.system.name": ["postgresql"], "db.operation.name": queryTypes },
    boundaries: databaseSeconds,
  },
  activeRequests: {
    name: "http.server.active_requests",
    kind: "updown",
    unit: "{request}",
    description: "Requests being answered.",
    attributes: { "http.request.method": [...httpMethods, "_OTHER"], "url.scheme": ["http", "https"] },
  },
  durableFailures: {
    name: "telemetry.durable.failures",
    kind: "counter",
    unit: "{failure}",
    description: "Folds, exports and gauges of the durable metrics that failed; nothing is lost, it is tried again.",
    attributes: { part: ["database", "export", "gauge"] },
  },
  sseClients: {
    name: "sse.clients",
    kind: "updown",
    unit: "{client}",
    description: "Clients that listen to the event stream.",
    attributes: {},
    known: [{}],
  },
  idempotencyReplays: {
    name: "idempotency.replays",
    kind: "counter",
    unit: "{request}",
    description: "Requests answered with what an earlier one with the same Idempotency-Key made.",
    attributes: {},
  },
  alertNotifications: {
    name: "alert.notifications",
    kind: "counter",
    unit: "{alert}",
    description: "Alerts that Alertmanager sent us, repetitions included; names beyond the first 100 are `other`.",
    attributes: { alertname: bounded, status: alertStatuses },
  },
  authFailures: {
    name: "auth.failures",
    kind: "counter",
    unit: "{request}",
    description: "Requests refused for their token.",
    attributes: { reason: ["missing", "malformed", "unknown", "expired", "revoked", "forbidden"] },
  },
  rateLimitRejected: {
    name: "rate_limit.rejected",
    kind: "counter",
    unit: "{request}",
    description: "Requests refused with 429, by whose budget was exhausted; each process counts for itself.",
    attributes: { scope: ["address", "monitoring", "token"] },
  },
} as const satisfies Record<string, ProcessInstrument>

/** What is read when metrics are collected, in observables.ts. */
export const observedInstruments = {
  poolSize: {
    name: "db.connection_pool.size",
    kind: "gauge",
    unit: "",
    description: "Connections that the pool may open.",
    attributes: {},
  },
  poolInUse: {
    name: "db.connection_pool.in_use",
    kind: "gauge",
    unit: "",
    description: "Connections that a query or a transaction occupies.",
    attributes: {},
  },
  connections: {
    name: "db.client.connection.count",
    kind: "updown",
    unit: "{connection}",
    description: "Connections in use. The driver does not tell how many of the others are open.",
    attributes: { "db.client.connection.pool.name": ["eucora"], "db.client.connection.state": ["used"] },
  },
  cpuTime: {
    name: "process.cpu.time",
    kind: "counter",
    unit: "s",
    description: "CPU time of the process.",
    attributes: { "cpu.mode": ["user", "system"] },
  },
  memoryUsage: {
    name: "process.memory.usage",
    kind: "updown",
    unit: "By",
    description: "Resident memory of the process.",
    attributes: {},
  },
  spansQueued: {
    name: "telemetry.spans.queued",
    kind: "gauge",
    unit: "{span}",
    description: "Spans that wait for the Collector.",
    attributes: {},
  },
  spansDropped: {
    name: "telemetry.spans.dropped",
    kind: "counter",
    unit: "{span}",
    description: "Spans given up: beyond the buffer's cap, or refused for good.",
    attributes: {},
  },
  logsDropped: {
    name: "telemetry.logs.dropped",
    kind: "counter",
    unit: "{record}",
    description: "Log records that reached standard output only.",
    attributes: {},
  },
  exportsFailed: {
    name: "telemetry.exports.failed",
    kind: "counter",
    unit: "{export}",
    description: "Export requests that did not arrive; spans and logs are sent again.",
    attributes: { signal: ["traces", "metrics", "logs"] },
  },
} as const satisfies Record<string, ProcessInstrument>

/** What the instrumentation packages record under the names of the semantic conventions. */
export const foreignInstruments: readonly ProcessInstrument[] = [
  {
    name: "http.server.request.duration",
    kind: "histogram",
    unit: "s",
    description: "Time that answering one request took; probes and the metrics endpoint are left out.",
    attributes: {
      "http.request.method": [...httpMethods, "_OTHER"],
      "url.scheme": ["http", "https"],
      "http.route": bounded,
      "http.response.status_code": bounded,
      "network.protocol.version": ["1.0", "1.1", "2"],
      "error.type": bounded,
    },
    boundaries: httpSeconds,
  },
  {
    name: "http.client.request.duration",
    kind: "histogram",
    unit: "s",
    description: "Time that one request to a back end or a part of the stack took.",
    attributes: {
      "http.request.method": [...httpMethods, "_OTHER"],
      "server.address": bounded,
      "server.port": bounded,
      "url.scheme": ["http", "https"],
      "http.response.status_code": bounded,
      "network.protocol.version": ["1.1", "2"],
      "error.type": bounded,
    },
    boundaries: httpSeconds,
  },
  ...runtimeInstruments,
]
