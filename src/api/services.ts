import type { AlertFilter, AlertNotification, AlertPage } from "../alerts/types.ts"
import type { ApplicationFilter, ApplicationPage } from "../applications/types.ts"
import type { Approval, ApprovalFilter, ApprovalPage, DeploymentApprovals } from "../approvals/types.ts"
import type { CircuitBreaker } from "../breaker/types.ts"
import type { DemoCounts, DemoData } from "../demo/types.ts"
import type {
  Deployment,
  DeploymentDetail,
  DeploymentFilter,
  Incident,
  NewDeployment,
  NewIncident,
  Page,
} from "../deployments/types.ts"
import type { DoraFilter, DoraKeys } from "../dora/types.ts"
import type { DriftFilter, DriftPage } from "../drift/types.ts"
import type { EarlierEventQuery, Event, EventFilter, EventPage, EventQuery, EventStream } from "../events/types.ts"
import type { HealthReport } from "../lib/health.ts"
import type { Caller, Principal } from "../lib/principal.ts"
import type { ConnectorView } from "../probes/types.ts"
import type { RingView } from "../rings/list.ts"
import type { ExpectedVersion, PolicyVersion } from "../rings/policies.ts"
import type { RingPolicy } from "../rings/policy.ts"
import type { Ring } from "../rings/rings.ts"
import type { RiskQuestion } from "../risk/assess-deployment.ts"
import type { RiskModel } from "../risk/model.ts"
import type { Assessment } from "../risk/score.ts"
import type { IssuedToken, NewToken, Token, TokenFilter, TokenPage } from "../tokens/types.ts"

/** How a repeated request is recognised. Keys belong to their principal. */
interface Idempotency {
  readonly key: string
  /** SHA-256 of what was asked, in hexadecimal: the same key for something else is refused. */
  readonly fingerprint: string
}

interface Creation {
  readonly deployment: Deployment
  /** True when the key had been used for the same request before and nothing new was made. */
  readonly replayed: boolean
}

/** The Collector's Prometheus exposition, as it came. */
interface Exposition {
  readonly contentType: string
  readonly body: string
}

/** The verbs the API translates HTTP to. Each throws AppError for what its caller is to be told. */
export interface ApiServices {
  /** Throws `unauthenticated` for a token that is unknown, expired or revoked, and counts which. */
  authenticate(token: string): Promise<Principal>
  createDeployment(caller: Caller, input: NewDeployment, idempotency?: Idempotency): Promise<Creation>
  /** Throws `not_found`, as all that take an id do. */
  getDeployment(id: string): Promise<DeploymentDetail>
  listDeployments(filter: DeploymentFilter): Promise<Page<Deployment>>
  /** Oldest first. */
  listDeploymentEvents(id: string): Promise<readonly Event[]>
  /** Throws `invalid_transition` where nothing can be rolled back. */
  rollbackDeployment(caller: Caller, id: string, reason: string): Promise<Deployment>
  /** Throws `invalid_transition` once a ring has started. */
  cancelDeployment(caller: Caller, id: string, reason: string): Promise<Deployment>
  /** Throws `invalid_transition` where no gate holds it. */
  promoteDeployment(caller: Caller, id: string, reason: string): Promise<Deployment>
  /** Throws `invalid_transition` where nothing goes on, or it is held already. */
  holdDeployment(caller: Caller, id: string, reason: string): Promise<Deployment>
  /** Throws `invalid_transition` where it is not held, or waits to be promoted. */
  resumeDeployment(caller: Caller, id: string, reason: string): Promise<Deployment>
  /** Throws `invalid_transition` before the first ring. */
  reportIncident(caller: Caller, id: string, incident: NewIncident): Promise<Incident>
  /** Throws `four_eyes`, `already_decided`, `controls_required`; `invalid_transition` unless it waits for approval. */
  approveDeployment(caller: Caller, id: string, approval: Approval): Promise<Deployment>
  /** Throws `already_decided`; `invalid_transition` unless it waits for approval. */
  rejectDeployment(caller: Caller, id: string, rationale: string): Promise<Deployment>
  listApprovals(caller: Caller, filter: ApprovalFilter): Promise<ApprovalPage>
  getApprovals(deploymentId: string): Promise<DeploymentApprovals>
  /** Throws `evidence_blocked`, as creating does. */
  assessRisk(question: RiskQuestion): Promise<Assessment>
  /** The newest without a version. Throws `not_found`. */
  getRiskModel(version: string | undefined): Promise<RiskModel>
  /** Every ring, LAB first. */
  listRings(): Promise<readonly RingView[]>
  getRingPolicy(ring: Ring): Promise<PolicyVersion>
  /** Newest first; only those before a version, where one is given. */
  listRingPolicies(
    ring: Ring,
    page: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<readonly PolicyVersion[]>
  /** Throws `precondition_required` without an expected version, `precondition_failed` when another one is in force. */
  changeRingPolicy(
    caller: Caller,
    ring: Ring,
    policy: RingPolicy,
    expected: ExpectedVersion | undefined,
  ): Promise<PolicyVersion>
  listEvents(query: EventQuery | EarlierEventQuery): Promise<EventPage>
  /**
   * Begins behind a position, or with what comes from now on; ends once the token is good no more. Throws `unavailable`
   * when too many listen here.
   */
  streamEvents(filter: EventFilter, after: number | undefined, tokenId: string): Promise<EventStream>
  listApplications(filter: ApplicationFilter): Promise<ApplicationPage>
  /** Every kind of back end, in the order of the types. */
  listConnectors(): Promise<readonly ConnectorView[]>
  listDrifts(filter: DriftFilter): Promise<DriftPage>
  /** All rings together first. */
  getDora(filter: DoraFilter): Promise<readonly DoraKeys[]>
  listAlerts(filter: AlertFilter): Promise<AlertPage>
  /** Writes down what is new in a notification; the rest of it changes nothing. */
  receiveAlerts(caller: Caller, notifications: readonly AlertNotification[]): Promise<void>
  listCircuitBreakers(): Promise<readonly CircuitBreaker[]>
  isolateCircuitBreaker(caller: Caller, service: string, reason: string): Promise<CircuitBreaker>
  resetCircuitBreaker(caller: Caller, service: string, reason: string): Promise<CircuitBreaker>
  /** The only time that the token is told. */
  createToken(caller: Caller, input: NewToken): Promise<IssuedToken>
  listTokens(filter: TokenFilter): Promise<TokenPage>
  /** One that is revoked already stays as it is. */
  revokeToken(caller: Caller, id: string, reason: string): Promise<Token>
  /** The same counts again change nothing; other ones replace what there is. */
  seedDemoData(caller: Caller, counts: DemoCounts): Promise<DemoData>
  /** Answers what there was. */
  clearDemoData(caller: Caller): Promise<DemoCounts>
  /** Never throws: what cannot be asked is unhealthy. */
  health(): Promise<HealthReport>
  /** Whether this process takes requests: the database answers and nobody has asked it to stop. */
  ready(): Promise<boolean>
  /** Throws `unavailable` when the Collector is away. */
  exposition(): Promise<Exposition>
}
