import type { ApplicationFilter, ApplicationPage } from "../applications/types.ts"
import type { CircuitBreaker } from "../breaker/types.ts"
import type { Deployment, DeploymentDetail, DeploymentFilter, NewDeployment, Page } from "../deployments/types.ts"
import type { DriftFilter, DriftPage } from "../drift/types.ts"
import type { Event } from "../events/types.ts"
import type { HealthReport } from "../lib/health.ts"
import type { Caller, Principal } from "../lib/principal.ts"
import type { ConnectorView } from "../probes/types.ts"

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
  listApplications(filter: ApplicationFilter): Promise<ApplicationPage>
  /** Every kind of back end, in the order of the types. */
  listConnectors(): Promise<readonly ConnectorView[]>
  listDrifts(filter: DriftFilter): Promise<DriftPage>
  listCircuitBreakers(): Promise<readonly CircuitBreaker[]>
  isolateCircuitBreaker(caller: Caller, service: string, reason: string): Promise<CircuitBreaker>
  resetCircuitBreaker(caller: Caller, service: string, reason: string): Promise<CircuitBreaker>
  /** Never throws: what cannot be asked is unhealthy. */
  health(): Promise<HealthReport>
  /** Whether this process takes requests: the database answers and nobody has asked it to stop. */
  ready(): Promise<boolean>
  /** Throws `unavailable` when the Collector is away. */
  exposition(): Promise<Exposition>
}
