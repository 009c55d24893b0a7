import * as assert from "uvu/assert"
import { z } from "zod"
import type { CircuitBreaker } from "../breaker/types.ts"
import { AppError } from "../lib/errors.ts"
import { type Role, roles } from "../lib/principal.ts"
import { createApp } from "./app.ts"
import type { ApiDeps } from "./deps.ts"
import { someDemoData } from "./examples/demo.ts"
import { aDeployment, aDetail, anApplication, anIncident } from "./examples/deployments.ts"
import { anEvent } from "./examples/events.ts"
import { aBreaker, aConnector, aDrift, anAlert, healthy, someKeys } from "./examples/operation.ts"
import type { ApiServices } from "./services.ts"
import { decisionStandIn } from "./testing/decisions.ts"
import { eventStandIn } from "./testing/events.ts"
import { known } from "./testing/known.ts"
import { tokenStandIn } from "./testing/tokens.ts"

export { anApprovalRequest, aPolicyBody, aPolicyVersion } from "./examples/decisions.ts"
export { aDeployment, existingId, traceId } from "./examples/deployments.ts"
export { aBreaker, aConnector, aDrift, anAlert, healthy } from "./examples/operation.ts"
export { unknownId } from "./testing/known.ts"

/** What stands in for the verbs where HTTP alone is tested: in memory, and it notes what it was asked. */
interface Call {
  readonly verb: keyof ApiServices
  readonly arguments: readonly unknown[]
}

function knownService(service: string, answer: CircuitBreaker): CircuitBreaker {
  if (service !== aBreaker.service) throw new AppError("not_found", `There is no circuit breaker ${service}.`)
  return answer
}

/** A token of each role is `<role>-token`. */
export const tokenOf = (role: Role) => `${role}-token`
export const as = (role: Role) => ({ Authorization: `Bearer ${tokenOf(role)}` })

const standIn: ApiServices = {
  async authenticate(token) {
    const role = roles.find((candidate) => tokenOf(candidate) === token)
    if (role === undefined) throw new AppError("unauthenticated", "This token is not valid.")
    return { tokenId: role, name: `${role}-person`, role }
  },
  createDeployment: async () => ({ deployment: aDeployment, replayed: false }),
  getDeployment: async (id) => known(id, aDetail),
  listDeployments: async () => ({ items: [aDeployment] }),
  listDeploymentEvents: async (id) => known(id, [anEvent]),
  rollbackDeployment: async (_caller, id) => known(id, { ...aDeployment, status: "ROLLING_BACK" }),
  cancelDeployment: async (_caller, id) => known(id, { ...aDeployment, status: "CANCELLED" }),
  promoteDeployment: async (_caller, id) => known(id, aDeployment),
  holdDeployment: async (_caller, id) => known(id, { ...aDeployment, heldAt: new Date(0), heldReason: "on hold" }),
  resumeDeployment: async (_caller, id) => known(id, aDeployment),
  reportIncident: async (_caller, id, incident) =>
    known(id, { ...anIncident, ...incident, reference: incident.reference ?? null }),
  ...decisionStandIn,
  ...eventStandIn,
  ...tokenStandIn,
  seedDemoData: async () => someDemoData,
  clearDemoData: async () => someDemoData,
  listApplications: async () => ({ items: [anApplication] }),
  listConnectors: async () => [aConnector],
  listDrifts: async () => ({ items: [aDrift] }),
  getDora: async () => [someKeys],
  listAlerts: async () => ({ items: [anAlert] }),
  receiveAlerts: async () => {},
  listCircuitBreakers: async () => [aBreaker],
  isolateCircuitBreaker: async (_caller, service, reason) =>
    knownService(service, { ...aBreaker, state: "ISOLATED", retryAfterSeconds: null, reason }),
  resetCircuitBreaker: async (_caller, service) =>
    knownService(service, { ...aBreaker, state: "CLOSED", failures: 0, openedAt: null, retryAfterSeconds: null }),
  health: async () => healthy,
  ready: async () => true,
  exposition: async () => ({ contentType: "text/plain; version=0.0.4; charset=utf-8", body: "deployment_total 1\n" }),
}

interface Line {
  readonly level: string
  readonly message: string
  readonly context: Readonly<Record<string, unknown>>
}

interface TestApp {
  readonly app: ReturnType<typeof createApp>
  /** Verbs that were called, but for `authenticate`. */
  readonly calls: readonly Call[]
  readonly lines: readonly Line[]
  readonly authFailures: readonly string[]
  /** Whose budgets were exhausted. */
  readonly rateLimited: readonly string[]
  readonly httpRoutes: readonly string[]
  /** Correlation ids and principals, in the order in which work began to run under them. */
  readonly correlations: readonly (readonly [string, string | undefined])[]
}

function noting(services: ApiServices, calls: Call[]): ApiServices {
  return new Proxy(services, {
    get(target, verb: keyof ApiServices) {
      return (...given: readonly unknown[]) => {
        if (verb !== "authenticate") calls.push({ verb, arguments: given })
        return Reflect.apply(target[verb], target, given)
      }
    },
  })
}

/** The whole app over stand-ins; nothing listens. */
export function testApp(services: Partial<ApiServices> = {}, deps: Partial<ApiDeps> = {}): TestApp {
  const calls: Call[] = []
  const lines: Line[] = []
  const authFailures: string[] = []
  const rateLimited: string[] = []
  const httpRoutes: string[] = []
  const correlations: (readonly [string, string | undefined])[] = []
  const write = (level: string) => (message: string, context: Line["context"]) => {
    lines.push({ level, message, context })
  }
  const app = createApp({
    services: noting({ ...standIn, ...services }, calls),
    log: { debug: write("debug"), info: write("info"), error: write("error") },
    links: {
      publicUrl: "http://api.test",
      jaegerUrl: "http://jaeger.test",
      grafanaUrl: "http://grafana.test",
    },
    version: "1.2.3",
    metricsOpen: true,
    telemetry: {
      withCorrelation: (id, principal, work) => {
        correlations.push([id, principal])
        return work()
      },
      setHttpRoute: (route) => httpRoutes.push(route),
      authFailure: (reason) => authFailures.push(reason),
      rateLimited: (scope) => rateLimited.push(scope),
    },
    ...deps,
  })
  return { app, calls, lines, authFailures, rateLimited, httpRoutes, correlations }
}

/** A POST of JSON by a role; a string is sent as it is. */
export function posted(role: Role, body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return {
    method: "POST",
    headers: { ...as(role), "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  }
}

const problem = z.strictObject({
  type: z.string().startsWith("urn:eucora:problem:"),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  instance: z.string(),
  correlation_id: z.string().min(1),
  errors: z.array(z.strictObject({ field: z.string(), message: z.string().min(1) })).optional(),
})

/** The problem that a response is; throws for a response that is none, or whose parts contradict one another. */
export async function problemIn(response: Response): Promise<z.infer<typeof problem>> {
  assert.is(response.headers.get("content-type"), "application/problem+json")
  const body = problem.parse(await response.json())
  assert.is(body.status, response.status)
  assert.is(body.correlation_id, response.headers.get("x-correlation-id"))
  return body
}
