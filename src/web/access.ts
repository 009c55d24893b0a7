import { allowed, type OperationId } from "../api/access.ts"
import { keysOf } from "../api/keys-of.ts"
import { type Principal, readers } from "../lib/principal.ts"

interface PageAccess {
  readonly method: "get" | "post"
  readonly path: `/${string}`
  /** Who may call this operation of the API may open this page or press this button. */
  readonly as: OperationId | "everybody"
}

/**
 * Every page and every form with the operation of the API that it stands for: the one table from which the router is
 * built, and by which buttons are shown. Roles are those of the operation, so page and API cannot differ.
 */
export const webAccess = {
  showSignIn: { method: "get", path: "/sign-in", as: "everybody" },
  signIn: { method: "post", path: "/sign-in", as: "everybody" },
  signOut: { method: "post", path: "/sign-out", as: "everybody" },
  asset: { method: "get", path: "/assets/{file}", as: "everybody" },
  streamEvents: { method: "get", path: "/events/stream", as: "streamEvents" },
  showDeployments: { method: "get", path: "/", as: "listDeployments" },
  showNewDeployment: { method: "get", path: "/deployments/new", as: "createDeployment" },
  assessDeployment: { method: "post", path: "/deployments/assess", as: "createDeployment" },
  createDeployment: { method: "post", path: "/deployments", as: "createDeployment" },
  showDeployment: { method: "get", path: "/deployments/{id}", as: "getDeployment" },
  approve: { method: "post", path: "/deployments/{id}/approve", as: "approveDeployment" },
  reject: { method: "post", path: "/deployments/{id}/reject", as: "rejectDeployment" },
  promote: { method: "post", path: "/deployments/{id}/promote", as: "promoteDeployment" },
  hold: { method: "post", path: "/deployments/{id}/hold", as: "holdDeployment" },
  resume: { method: "post", path: "/deployments/{id}/resume", as: "resumeDeployment" },
  rollback: { method: "post", path: "/deployments/{id}/rollback", as: "rollbackDeployment" },
  cancel: { method: "post", path: "/deployments/{id}/cancel", as: "cancelDeployment" },
  incident: { method: "post", path: "/deployments/{id}/incident", as: "reportIncident" },
  showApprovals: { method: "get", path: "/approvals", as: "listApprovals" },
  showConnectors: { method: "get", path: "/connectors", as: "listConnectors" },
  isolate: { method: "post", path: "/connectors/{service}/isolate", as: "isolateCircuitBreaker" },
  reset: { method: "post", path: "/connectors/{service}/reset", as: "resetCircuitBreaker" },
  showAlerts: { method: "get", path: "/alerts", as: "listAlerts" },
  showDora: { method: "get", path: "/dora", as: "getDora" },
  showRings: { method: "get", path: "/rings", as: "listRings" },
} as const satisfies Record<string, PageAccess>

export type WebOperationId = keyof typeof webAccess
export const webOperationIds = keysOf(webAccess)

/** Who may use a page or a form. */
export function allowedHere(id: WebOperationId) {
  const { as }: PageAccess = webAccess[id]
  return as === "everybody" ? as : allowed(as, true)
}

/** Whether somebody is shown a link or a button. */
export function may({ role }: Pick<Principal, "role">, id: WebOperationId): boolean {
  const allow = allowedHere(id)
  return allow === "everybody" ? readers.includes(role) : allow.includes(role)
}

/** The path of a page as Hono writes it. */
export const routingPath = (id: WebOperationId) => webAccess[id].path.replaceAll(/\{(\w+)\}/g, ":$1")

/** The address of a page or a form, its parameters filled in. */
export function addressOf(id: WebOperationId, parameters: Readonly<Record<string, string>> = {}): string {
  return webAccess[id].path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(parameters[name] ?? ""))
}
