import type * as Api from "./api.ts"
import { type FollowOptions, follow } from "./follow.ts"
import { eachOf } from "./pages.ts"
import { type CallOptions, type ClientOptions, createTransport, type Sending, type Transport } from "./transport.ts"

export interface CreateOptions extends CallOptions {
  /** Made anew for each call when absent, so that its repetitions are one request. */
  readonly idempotencyKey?: string | undefined
}

export interface ActionOptions extends CallOptions {
  /** `etag` of the deployment as it was looked at: refused with 412 when it has gone on since. */
  readonly ifMatch?: string | undefined
}

export interface ChangeOptions extends CallOptions {
  /** `etag` of the policy that is to be changed; `*` for whichever there is. */
  readonly ifMatch: string
}

export type Client = ReturnType<typeof createClient>

/**
 * A client of one API as one principal. Every method throws ApiError when the API refuses, ConnectionError when there is
 * no answer, and the reason of its signal. What cannot do harm is sent again for as long as `timeoutMs` allows: every GET,
 * an assessment, and a creation, which has a key. Throws TypeError for an address or a token that cannot be one.
 */
export function createClient(options: ClientOptions) {
  const transport = createTransport(options)
  const call = callOver(transport)
  return {
    deployments: deployments(transport, call),
    approvals: paged((query: Api.ListApprovalsQuery = {}, options) => call("listApprovals", { query }, options)),
    applications: paged((query: Api.ListApplicationsQuery = {}, options) =>
      call("listApplications", { query }, options),
    ),
    drifts: paged((query: Api.ListDriftsQuery = {}, options) => call("listDrifts", { query }, options)),
    rings: rings(transport, call),
    risk: risk(call),
    events: events(transport, call),
    alerts: alerts(call),
    connectors: { list: (options?: CallOptions) => call("listConnectors", {}, options) },
    circuitBreakers: circuitBreakers(call),
    tokens: tokens(call),
    dora: { get: (query: Api.GetDoraQuery = {}, options?: CallOptions) => call("getDora", { query }, options) },
    demo: demo(call),
    health: health(call),
    metrics: { get: (options?: CallOptions) => call("getMetrics", {}, options) },
    openApi: { get: (options?: CallOptions) => call("getOpenApi", {}, options) },
  }
}

type Call = ReturnType<typeof callOver>

/** Sends, and leaves the headers of the answer aside. */
function callOver(transport: Transport) {
  return async <Id extends keyof Api.Operations>(
    id: Id,
    input: Parameters<typeof transport.request<Id>>[1],
    sending?: Sending,
  ) => (await transport.request(id, input, sending)).body
}

interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** A list by its pages, and by its items one after the other. */
function paged<Query extends object, P extends Page<unknown>>(
  list: (query?: Query, options?: CallOptions) => Promise<P>,
) {
  return { list, each: eachOf<Query, P["items"][number]>(list) }
}

function deployments(transport: Transport, call: Call) {
  const path = (id: string) => ({ path: { id } })
  return {
    ...paged((query: Api.ListDeploymentsQuery = {}, options) => call("listDeployments", { query }, options)),
    /** Answers `replayed: true` when the key had been used for the same body before. */
    async create(body: Api.NewDeployment, { idempotencyKey, signal }: CreateOptions = {}) {
      const headers = { "Idempotency-Key": idempotencyKey ?? crypto.randomUUID() }
      const answer = await transport.request("createDeployment", { body }, { signal, headers, repeatable: true })
      return { ...answer.body, replayed: answer.headers.get("idempotency-replayed") === "true" }
    },
    /** With the `etag` that actions take. */
    get: async (id: string, options?: CallOptions) =>
      tagged(await transport.request("getDeployment", path(id), options)),
    events: (id: string, options?: CallOptions) => call("listDeploymentEvents", path(id), options),
    approvals: (id: string, options?: CallOptions) => call("getDeploymentApprovals", path(id), options),
    reportIncident: (id: string, body: Api.NewIncident, options?: CallOptions) =>
      call("reportIncident", { ...path(id), body }, options),
    ...actions(call),
  }
}

/** What people do to a deployment. */
function actions(call: Call) {
  const action =
    <Id extends Action>(operation: Id) =>
    (id: string, body: Api.Operations[Id]["body"], { ifMatch, signal }: ActionOptions = {}) =>
      call<Action>(operation, { path: { id }, body }, { signal, headers: { "If-Match": ifMatch } })
  return {
    approve: action("approveDeployment"),
    reject: action("rejectDeployment"),
    promote: action("promoteDeployment"),
    hold: action("holdDeployment"),
    resume: action("resumeDeployment"),
    rollback: action("rollbackDeployment"),
    cancel: action("cancelDeployment"),
  }
}

type Action = `${"approve" | "reject" | "promote" | "hold" | "resume" | "rollback" | "cancel"}Deployment`

/** An answer with its ETag, which says what it was when it was looked at. */
function tagged<T extends object>({ body, headers }: { readonly body: T; readonly headers: Headers }) {
  return { ...body, etag: headers.get("etag") ?? "" }
}

function rings(transport: Transport, call: Call) {
  const versions =
    (ring: Api.Ring) =>
    (query: Api.ListRingPoliciesQuery = {}, options?: CallOptions) =>
      call("listRingPolicies", { path: { ring }, query }, options)
  return {
    list: (options?: CallOptions) => call("listRings", {}, options),
    /** With the `etag` that a change of it takes. */
    policy: async (ring: Api.Ring, options?: CallOptions) =>
      tagged(await transport.request("getRingPolicy", { path: { ring } }, options)),
    async changePolicy(ring: Api.Ring, body: Api.RingPolicy, { ifMatch, signal }: ChangeOptions) {
      const sending = { signal, headers: { "If-Match": ifMatch } }
      return tagged(await transport.request("changeRingPolicy", { path: { ring }, body }, sending))
    },
    policyVersions: (ring: Api.Ring, query?: Api.ListRingPoliciesQuery, options?: CallOptions) =>
      versions(ring)(query, options),
    eachPolicyVersion: (ring: Api.Ring, query: Api.ListRingPoliciesQuery = {}, options?: CallOptions) =>
      paged(versions(ring)).each(query, options),
  }
}

function risk(call: Call) {
  return {
    assess: (body: Api.RiskQuestion, options?: CallOptions) =>
      call("assessRisk", { body }, { ...options, repeatable: true }),
    /** The newest without a version. */
    model: (version?: string, options?: CallOptions) => call("getRiskModel", { query: { version } }, options),
  }
}

function events(transport: Transport, call: Call) {
  return {
    /** `next` of a page is what the following one is asked for as `after`; it is never null. */
    list: (query: Api.ListEventsQuery = {}, options?: CallOptions) => call("listEvents", { query }, options),
    follow: (options: FollowOptions = {}) => follow(transport, options),
  }
}

function alerts(call: Call) {
  return {
    ...paged((query: Api.ListAlertsQuery = {}, options) => call("listAlerts", { query }, options)),
    /** Tells of alerts as Alertmanager does, with a token of its role. */
    deliver: (body: Api.AlertmanagerWebhook, options?: CallOptions) => call("receiveAlerts", { body }, options),
  }
}

function circuitBreakers(call: Call) {
  return {
    list: (options?: CallOptions) => call("listCircuitBreakers", {}, options),
    isolate: (service: string, body: Api.Reason, options?: CallOptions) =>
      call("isolateCircuitBreaker", { path: { service }, body }, options),
    reset: (service: string, body: Api.Reason, options?: CallOptions) =>
      call("resetCircuitBreaker", { path: { service }, body }, options),
  }
}

function tokens(call: Call) {
  return {
    ...paged((query: Api.ListTokensQuery = {}, options) => call("listTokens", { query }, options)),
    /** The only answer that ever holds the token. */
    create: (body: Api.NewToken, options?: CallOptions) => call("createToken", { body }, options),
    revoke: (id: string, body: Api.Reason, options?: CallOptions) =>
      call("revokeToken", { path: { id }, body }, options),
  }
}

function demo(call: Call) {
  return {
    /** What is not counted is taken from the API's defaults. */
    seed: (body: Api.DemoCounts = {}, options?: CallOptions) =>
      call("seedDemoData", { body }, { ...options, repeatable: true }),
    clear: (options?: CallOptions) => call("clearDemoData", {}, options),
  }
}

function health(call: Call) {
  return {
    /** The report, also when it says `unhealthy`. */
    get: (options?: CallOptions) => call("getHealth", {}, { ...options, accepts: 503 }),
    live: (options?: CallOptions) => call("getLiveness", {}, { ...options, once: true }),
    /** Throws ApiError with status 503 when this process takes no requests. */
    ready: (options?: CallOptions) => call("getReadiness", {}, { ...options, once: true }),
  }
}
