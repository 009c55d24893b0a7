import { type Role, readers } from "../lib/principal.ts"
import { keysOf } from "./keys-of.ts"

interface Access {
  readonly method: "get" | "post" | "put" | "delete"
  readonly path: `/${string}`
  /** Other paths of the same operation, left out of the OpenAPI document. */
  readonly aliases?: readonly `/${string}`[]
  readonly allow: readonly Role[] | "everybody"
  /** Open to everybody only where it is configured so; else to all who may read. */
  readonly closable?: true
  /** Where it is not the usual limit. */
  readonly maxBodyBytes?: number
  /** Whose requests count by themselves, so that nobody else's can have them refused, or not at all. */
  readonly limit?: "monitoring" | "none"
}

/**
 * Every operation with its path and who may call it: the one table from which the router is built. A route that is not
 * here cannot be defined, and no route is registered before the guard of its line.
 */
export const access = {
  createDeployment: { method: "post", path: "/api/v1/deployments", allow: ["publisher", "admin"] },
  listDeployments: { method: "get", path: "/api/v1/deployments", allow: readers },
  getDeployment: { method: "get", path: "/api/v1/deployments/{id}", allow: readers },
  listDeploymentEvents: { method: "get", path: "/api/v1/deployments/{id}/events", allow: readers },
  rollbackDeployment: { method: "post", path: "/api/v1/deployments/{id}/rollback", allow: ["operator", "admin"] },
  cancelDeployment: {
    method: "post",
    path: "/api/v1/deployments/{id}/cancel",
    allow: ["publisher", "operator", "admin"],
  },
  promoteDeployment: { method: "post", path: "/api/v1/deployments/{id}/promote", allow: ["operator", "admin"] },
  holdDeployment: { method: "post", path: "/api/v1/deployments/{id}/hold", allow: ["operator", "admin"] },
  resumeDeployment: { method: "post", path: "/api/v1/deployments/{id}/resume", allow: ["operator", "admin"] },
  reportIncident: { method: "post", path: "/api/v1/deployments/{id}/incidents", allow: ["operator", "admin"] },
  approveDeployment: { method: "post", path: "/api/v1/deployments/{id}/approve", allow: ["approver", "admin"] },
  rejectDeployment: { method: "post", path: "/api/v1/deployments/{id}/reject", allow: ["approver", "admin"] },
  getDeploymentApprovals: { method: "get", path: "/api/v1/deployments/{id}/approvals", allow: readers },
  listApprovals: { method: "get", path: "/api/v1/approvals", allow: ["approver", "admin"] },
  assessRisk: { method: "post", path: "/api/v1/risk/assess", allow: readers },
  getRiskModel: { method: "get", path: "/api/v1/risk/model", allow: readers },
  listRings: { method: "get", path: "/api/v1/rings", allow: readers },
  getRingPolicy: { method: "get", path: "/api/v1/rings/{ring}/policy", allow: readers },
  changeRingPolicy: { method: "put", path: "/api/v1/rings/{ring}/policy", allow: ["operator", "admin"] },
  listRingPolicies: { method: "get", path: "/api/v1/rings/{ring}/policy/versions", allow: readers },
  listEvents: { method: "get", path: "/api/v1/events", allow: readers },
  streamEvents: { method: "get", path: "/api/v1/events/stream", allow: readers },
  listApplications: { method: "get", path: "/api/v1/applications", allow: readers },
  listConnectors: { method: "get", path: "/api/v1/connectors", allow: readers },
  listDrifts: { method: "get", path: "/api/v1/drifts", allow: readers },
  getDora: { method: "get", path: "/api/v1/dora", allow: readers },
  listAlerts: { method: "get", path: "/api/v1/alerts", allow: readers },
  receiveAlerts: {
    method: "post",
    path: "/api/v1/alerts/webhook",
    allow: ["alertmanager", "admin"],
    maxBodyBytes: 1024 * 1024,
  },
  listCircuitBreakers: { method: "get", path: "/api/v1/circuit-breakers", allow: readers },
  isolateCircuitBreaker: {
    method: "post",
    path: "/api/v1/circuit-breakers/{service}/isolate",
    allow: ["operator", "admin"],
  },
  resetCircuitBreaker: {
    method: "post",
    path: "/api/v1/circuit-breakers/{service}/reset",
    allow: ["operator", "admin"],
  },
  createToken: { method: "post", path: "/api/v1/tokens", allow: ["admin"] },
  listTokens: { method: "get", path: "/api/v1/tokens", allow: ["admin"] },
  revokeToken: { method: "post", path: "/api/v1/tokens/{id}/revoke", allow: ["admin"] },
  seedDemoData: { method: "post", path: "/api/v1/admin/seed-demo-data", allow: ["admin"] },
  clearDemoData: { method: "delete", path: "/api/v1/admin/demo-data", allow: ["admin"] },
  getMetrics: {
    method: "get",
    path: "/api/v1/metrics",
    aliases: ["/api/v1/metrics/", "/metrics", "/metrics/"],
    allow: "everybody",
    closable: true,
    limit: "monitoring",
  },
  getHealth: {
    method: "get",
    path: "/api/v1/health",
    aliases: ["/health"],
    allow: "everybody",
    limit: "monitoring",
  },
  getLiveness: {
    method: "get",
    path: "/api/v1/health/live",
    aliases: ["/health/live"],
    allow: "everybody",
    limit: "none",
  },
  getReadiness: {
    method: "get",
    path: "/api/v1/health/ready",
    aliases: ["/health/ready"],
    allow: "everybody",
    limit: "none",
  },
  getOpenApi: { method: "get", path: "/api/v1/openapi.json", allow: "everybody" },
  getDocs: { method: "get", path: "/api/v1/docs", aliases: ["/api/v1/docs/"], allow: "everybody" },
  getDocsAsset: { method: "get", path: "/api/v1/docs/{file}", allow: "everybody" },
} as const satisfies Record<string, Access>

export type OperationId = keyof typeof access
export const operationIds = keysOf(access)

/** Who may call an operation where the exposition is open, or where it is not. */
export function allowed(id: OperationId, metricsOpen: boolean): Access["allow"] {
  return openingOf(id) === "configured" && !metricsOpen ? readers : access[id].allow
}

/** Whether an operation can be called without a token. */
export function openingOf(id: OperationId): "always" | "configured" | "never" {
  const entry: Access = access[id]
  if (entry.closable) return "configured"
  return entry.allow === "everybody" ? "always" : "never"
}

/** Largest body of an operation, where it is not the usual limit. Bytes. */
export function maxBodyBytesOf(id: OperationId): number | undefined {
  const entry: Access = access[id]
  return entry.maxBodyBytes
}

/** How an operation's requests are limited: like all, by themselves, or not at all. */
export function limitOf(id: OperationId): "usual" | "monitoring" | "none" {
  const entry: Access = access[id]
  return entry.limit ?? "usual"
}

/** All paths of an operation as Hono writes them, its own first. */
export function routingPaths(id: OperationId): readonly string[] {
  const entry: Access = access[id]
  return [entry.path, ...(entry.aliases ?? [])].map((path) => path.replaceAll(/\{(\w+)\}/g, ":$1"))
}

/** The paths of an operation besides its own, as Hono writes them. */
export function aliasesOf(id: OperationId): string[] {
  return routingPaths(id).slice(1)
}
