import * as assert from "uvu/assert"
import { z } from "zod"
import type { CircuitBreaker } from "../breaker/types.ts"
import type { Deployment, DeploymentDetail } from "../deployments/types.ts"
import type { Drift } from "../drift/types.ts"
import type { Event } from "../events/types.ts"
import { AppError } from "../lib/errors.ts"
import type { HealthReport } from "../lib/health.ts"
import { type Role, roles } from "../lib/principal.ts"
import type { ConnectorView } from "../probes/types.ts"
import { createApp } from "./app.ts"
import type { ApiDeps } from "./deps.ts"
import type { ApiServices } from "./services.ts"

/** What stands in for the verbs where HTTP alone is tested: in memory, and it notes what it was asked. */
interface Call {
  readonly verb: keyof ApiServices
  readonly arguments: readonly unknown[]
}

export const existingId = "0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d11"
export const unknownId = "0199d3a1-5b7e-7c43-9f0a-000000000000"
export const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"

export const aDeployment: Deployment = {
  id: existingId,
  appName: "Notepad++",
  version: "8.7.1",
  targetRing: "CANARY",
  currentRing: "LAB",
  connectorType: "intune",
  status: "DEPLOYING",
  outcome: null,
  reason: null,
  riskScore: 14,
  riskModelVersion: "v1.0",
  requiresCab: false,
  submitter: "publisher-person",
  correlationId: "order-1",
  evidenceSha256: "0".repeat(64),
  createdAt: new Date("2026-03-01T12:00:00.000Z"),
  startedAt: new Date("2026-03-01T12:00:01.000Z"),
  finishedAt: null,
  traceId,
}

const detail: DeploymentDetail = {
  ...aDeployment,
  evidence: { install: { privilege: "user" } },
  rings: [
    {
      ring: "LAB",
      state: "deploying",
      previousVersion: "8.7.0",
      targeted: 8,
      pending: 5,
      installed: 3,
      failed: 0,
      startedAt: new Date("2026-03-01T12:00:01.000Z"),
      finishedAt: null,
    },
  ],
}

const anEvent: Event = {
  id: "0199d3a1-5b7e-7c43-9f0a-aaaaaaaaaaaa",
  type: "DEPLOYMENT_CREATED",
  subjectType: "deployment",
  subjectId: existingId,
  sequence: 1,
  at: new Date("2026-03-01T12:00:00.000Z"),
  principal: "publisher-person",
  correlationId: "order-1",
  traceId,
  data: { version: "8.7.1" },
  previousHash: null,
  hash: "1".repeat(64),
}

export const aBreaker: CircuitBreaker = {
  service: "intune",
  connectorType: "intune",
  state: "OPEN",
  failures: 5,
  openedAt: new Date("2026-03-01T12:00:00.000Z"),
  retryAfterSeconds: 41.5,
  reason: null,
  history: [{ ...anEvent, type: "BREAKER_OPENED", subjectType: "connector" }],
}

export const aConnector: ConnectorView = {
  type: "jamf",
  configured: true,
  rings: ["LAB", "CANARY"],
  health: {
    healthy: true,
    since: new Date("2026-03-01T12:00:00.000Z"),
    checkedAt: new Date("2026-03-01T12:30:00.000Z"),
    lastFailure: { errorClass: "transient", errorType: "timeout" },
  },
}

export const aDrift: Drift = {
  id: "0199d3a1-5b7e-7c43-9f0a-bbbbbbbbbbbb",
  deploymentId: existingId,
  appName: "Notepad++",
  connectorType: "intune",
  ring: "LAB",
  kind: "version_mismatch",
  devices: 2,
  expectedVersion: "8.7.1",
  found: [{ version: "8.6", devices: 2 }],
  openedAt: new Date("2026-03-01T12:00:00.000Z"),
  seenAt: new Date("2026-03-01T12:05:00.000Z"),
  closedAt: null,
}

function knownService(service: string, answer: CircuitBreaker): CircuitBreaker {
  if (service !== aBreaker.service) throw new AppError("not_found", `There is no circuit breaker ${service}.`)
  return answer
}

const fine = { status: "healthy", detail: "Answers." } as const
export const healthy: HealthReport = {
  status: "healthy",
  checks: { database: fine, queue: fine, workers: fine, collector: fine, connectors: fine, breakers: fine },
}

/** A token of each role is `<role>-token`. */
export const tokenOf = (role: Role) => `${role}-token`
export const as = (role: Role) => ({ Authorization: `Bearer ${tokenOf(role)}` })

function known<T>(id: string, answer: T): T {
  if (id !== existingId) throw new AppError("not_found", `There is no deployment ${id}.`)
  return answer
}

const standIn: ApiServices = {
  async authenticate(token) {
    const role = roles.find((candidate) => tokenOf(candidate) === token)
    if (role === undefined) throw new AppError("unauthenticated", "This token is not valid.")
    return { tokenId: role, name: `${role}-person`, role }
  },
  createDeployment: async () => ({ deployment: aDeployment, replayed: false }),
  getDeployment: async (id) => known(id, detail),
  listDeployments: async () => ({ items: [aDeployment] }),
  listDeploymentEvents: async (id) => known(id, [anEvent]),
  rollbackDeployment: async (_caller, id) => known(id, { ...aDeployment, status: "ROLLING_BACK" }),
  cancelDeployment: async (_caller, id) => known(id, { ...aDeployment, status: "CANCELLED" }),
  listApplications: async () => ({
    items: [
      { name: "Notepad++", label: "Notepad++", createdAt: aDeployment.createdAt, rings: { CANARY: aDeployment } },
    ],
  }),
  listConnectors: async () => [aConnector],
  listDrifts: async () => ({ items: [aDrift] }),
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
      dashboardUrl: "http://grafana.test/d/eucora-deployments",
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
    },
    ...deps,
  })
  return { app, calls, lines, authFailures, httpRoutes, correlations }
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
