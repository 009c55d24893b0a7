import { type Role, roles } from "../lib/principal.ts"
import { keysOf } from "./keys-of.ts"

interface Access {
  readonly method: "get" | "post"
  readonly path: `/${string}`
  /** Other paths of the same operation, left out of the OpenAPI document. */
  readonly aliases?: readonly `/${string}`[]
  readonly allow: readonly Role[] | "everybody"
  /** Open to everybody only where it is configured so; else to every role. */
  readonly closable?: true
}

/**
 * Every operation with its path and who may call it: the one table from which the router is built. A route that is not
 * here cannot be defined, and no route is registered before the guard of its line.
 */
export const access = {
  createDeployment: { method: "post", path: "/api/v1/deployments", allow: ["publisher", "admin"] },
  listDeployments: { method: "get", path: "/api/v1/deployments", allow: roles },
  getDeployment: { method: "get", path: "/api/v1/deployments/{id}", allow: roles },
  listDeploymentEvents: { method: "get", path: "/api/v1/deployments/{id}/events", allow: roles },
  rollbackDeployment: { method: "post", path: "/api/v1/deployments/{id}/rollback", allow: ["operator", "admin"] },
  cancelDeployment: {
    method: "post",
    path: "/api/v1/deployments/{id}/cancel",
    allow: ["publisher", "operator", "admin"],
  },
  listApplications: { method: "get", path: "/api/v1/applications", allow: roles },
  listConnectors: { method: "get", path: "/api/v1/connectors", allow: roles },
  listDrifts: { method: "get", path: "/api/v1/drifts", allow: roles },
  listCircuitBreakers: { method: "get", path: "/api/v1/circuit-breakers", allow: roles },
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
  getMetrics: {
    method: "get",
    path: "/api/v1/metrics",
    aliases: ["/api/v1/metrics/", "/metrics", "/metrics/"],
    allow: "everybody",
    closable: true,
  },
  getHealth: { method: "get", path: "/api/v1/health", aliases: ["/health"], allow: "everybody" },
  getLiveness: { method: "get", path: "/api/v1/health/live", aliases: ["/health/live"], allow: "everybody" },
  getReadiness: { method: "get", path: "/api/v1/health/ready", aliases: ["/health/ready"], allow: "everybody" },
  getOpenApi: { method: "get", path: "/api/v1/openapi.json", allow: "everybody" },
  getDocs: { method: "get", path: "/api/v1/docs", aliases: ["/api/v1/docs/"], allow: "everybody" },
  getDocsAsset: { method: "get", path: "/api/v1/docs/{file}", allow: "everybody" },
} as const satisfies Record<string, Access>

export type OperationId = keyof typeof access
export const operationIds = keysOf(access)

/** Who may call an operation where the exposition is open, or where it is not. */
export function allowed(id: OperationId, metricsOpen: boolean): Access["allow"] {
  return openingOf(id) === "configured" && !metricsOpen ? roles : access[id].allow
}

/** Whether an operation can be called without a token. */
export function openingOf(id: OperationId): "always" | "configured" | "never" {
  const entry: Access = access[id]
  if (entry.closable) return "configured"
  return entry.allow === "everybody" ? "always" : "never"
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
