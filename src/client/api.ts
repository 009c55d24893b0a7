/** What the API takes and answers. Made from its OpenAPI document by `npm run docs`: not to be edited. */

export interface Deployment {
  /** Id of the deployment */
  id: string
  /** Name of the application */
  app_name: string
  /** Version to roll out */
  version: string
  target_ring: Ring
  /** The ring it is in or ended in; null before the first */
  current_ring: Ring | null
  connector_type: ConnectorType
  status: DeploymentStatus
  outcome: DeploymentOutcome | null
  /** Why it stopped; null while nothing stopped it */
  reason: string | null
  risk_score: number
  risk_model_version: string
  requires_cab: boolean
  /** People who have to approve it */
  approvals_required: number
  /** Rejected as expired, if it still waits for approval */
  approval_expires_at: string | null
  /** Nothing starts before it */
  not_before: string | null
  /** Since when it is held; null while nothing holds it */
  held_at: string | null
  held_reason: string | null
  /** The newest ring policy there was when its first ring started: what it is judged by */
  policy_version: number | null
  submitter: string
  correlation_id: string
  /** SHA-256 of the evidence's canonical JSON (RFC 8785) */
  evidence_sha256: string
  created_at: string
  /** When the first ring started */
  started_at: string | null
  finished_at: string | null
  trace_id: string | null
  /** Demo data: only shown, and nothing can be done with it */
  demo: boolean
  links: DeploymentLinks
}

/** LAB first, GLOBAL last */
export type Ring = "LAB" | "CANARY" | "PILOT" | "DEPARTMENT" | "GLOBAL"

/** The back end that is deployed through */
export type ConnectorType = "intune" | "jamf" | "sccm" | "landscape" | "ansible"

/** Where it stands */
export type DeploymentStatus =
  | "AWAITING_CAB"
  | "APPROVED"
  | "PENDING"
  | "DEPLOYING"
  | "COMPLETED"
  | "REJECTED"
  | "FAILED"
  | "ROLLING_BACK"
  | "ROLLED_BACK"
  | "CANCELLED"

/** The first outcome reached; it never changes */
export type DeploymentOutcome = "COMPLETED" | "FAILED" | "REJECTED" | "ROLLED_BACK" | "CANCELLED"

export interface DeploymentLinks {
  self: string
  events: string
  /** The deployment's one trace in Jaeger; null when not traced */
  trace: string | null
  /** The dashboard of its application in Grafana, around its time */
  dashboard: string
  /** The outcomes of its application in Grafana's Explore, at its time */
  explore_metric: string
  /** Its trace in Grafana's Explore; null when not traced */
  explore_trace: string | null
}

export interface Problem {
  /** Names the kind of problem, for ever */
  type: string
  title: string
  status: number
  detail: string
  /** Path of the request; absent where it could not be read */
  instance?: string | undefined
  correlation_id: string
  /** The fields that are to blame, where fields are */
  errors?:
    | Array<{
        field: string
        message: string
      }>
    | undefined
}

export interface NewDeployment {
  /** Name of the application */
  app_name: string
  /** Version to roll out */
  version: string
  target_ring: Ring
  connector_type: ConnectorType
  evidence?: Evidence | undefined
  /** Nothing starts before it */
  not_before?: string | undefined
  /** Approvers have 24 hours instead of 48 */
  urgent?: boolean | undefined
}

/** Claims about the deployment; what is absent raises the risk score */
export interface Evidence {
  artifact?:
    | {
        /** SHA-256 of the artifact */
        sha256?: string | undefined
        size_bytes?: number | undefined
        signature?: "trusted" | "self_signed" | "unsigned" | undefined
        publisher?: "known" | "unknown" | undefined
        /** verified: an attestation names the build; weak: the source is known, the build is not; else uncertain */
        provenance?: "verified" | "weak" | "uncertain" | undefined
      }
    | undefined
  sbom?:
    | {
        format?: "SPDX" | "CycloneDX" | undefined
        /** Number of packages listed */
        packages?: number | undefined
      }
    | undefined
  vulnerability_scan?:
    | {
        critical?: number | undefined
        high?: number | undefined
        medium?: number | undefined
        low?: number | undefined
        /** Identifiers of the critical findings that were accepted, one for each */
        exceptions?: Array<string> | undefined
        /** Compensating controls for the high findings */
        controls?: Array<string> | undefined
      }
    | undefined
  install?:
    | {
        /** admin: installed by an administrator, run by the user; service: runs elevated */
        privilege?: "user" | "optional_admin" | "admin" | "service" | "driver" | "kernel" | undefined
        reboot?: boolean | undefined
        duration_minutes?: number | undefined
        /** The device cannot be used meanwhile, or has no network */
        offline?: boolean | undefined
        /** Has to run before or after other installations */
        sequencing?: boolean | undefined
      }
    | undefined
  access?:
    | {
        /** profile: reads and writes it; wide: the whole file system and credentials */
        data?: "own_folder" | "reads_documents" | "profile" | "credential_store" | "wide" | undefined
        network_listener?: "none" | "user" | "privileged" | undefined
        scripting?: boolean | undefined
      }
    | undefined
  rollback_plan?:
    | {
        text?: string | undefined
        tested?: boolean | undefined
      }
    | undefined
  test_evidence?:
    | {
        summary?: string | undefined
        passed?: number | undefined
        failed?: number | undefined
      }
    | undefined
  /** How critical the targeted devices are */
  cohort?: "standard" | "critical" | undefined
}

export interface DeploymentPage {
  items: Array<Deployment>
  /** Send it as `cursor` for the next page; null on the last */
  next: string | null
}

export interface DeploymentDetail extends Deployment {
  evidence: Evidence
  risk: RiskAssessment
  rings: Array<RingProgress>
  /** What the gates said, oldest first: the last one says why it stopped, or why it went on */
  gates: Array<GateEvaluation>
  incidents: Array<Incident>
}

export interface RiskAssessment {
  /** Sum of the contributions, halves rounded up */
  score: number
  /** Version of the model; versions never change */
  model_version: string
  /** Whether people have to approve */
  requires_cab: boolean
  approvals_required: number
  /** Whether an approval has to name a compensating control */
  control_required: boolean
  factors: Array<AssessedFactor>
  /** Evidence that is expected and absent */
  missing: Array<string>
}

export interface AssessedFactor {
  factor:
    | "privilege_impact"
    | "supply_chain_trust"
    | "exploitability"
    | "data_access"
    | "sbom_vulnerability"
    | "blast_radius"
    | "operational_complexity"
    | "history"
  /** The level of the model that it falls into */
  input: string
  /** What that level is worth, 0 to 1 */
  value: number
  weight: number
  /** Points: weight × value */
  contribution: number
  /** Evidence for it is missing, and the worst that it could be was taken */
  assumed: boolean
}

export interface RingProgress {
  ring: Ring
  state: "deploying" | "passed" | "succeeded" | "failed" | "rolling_back" | "rolled_back" | "superseded"
  /** What a roll-back returns to; null removes it */
  previous_version: string | null
  targeted: number
  pending: number
  installed: number
  failed: number
  started_at: string
  /** When the back end last said how far it is */
  measured_at: string | null
  /** When the success rate first passed the gate's */
  compliant_at: string | null
  finished_at: string | null
}

export interface GateEvaluation {
  id: string
  ring: Ring
  verdict: "passed" | "failed" | "inconclusive"
  reason:
    | "met"
    | "failure_limit"
    | "success_rate"
    | "incidents"
    | "query"
    | "no_data"
    | "measuring"
    | "query_error"
    | "alert"
    | "rollback_untested"
  explanation: string
  /** What was found; null where nothing was */
  value: number | null
  /** What it was held against */
  threshold: number | null
  /** Devices that had answered */
  sample: number
  /** Where the value comes from */
  source: "devices" | "query" | "incidents" | "alerts" | "evidence" | "connector"
  evidence: {
    targeted: number
    pending: number
    installed: number
    failed: number
    /** Seconds, holds left out */
    elapsed_seconds: number
    soaked_seconds: number | null
    incidents: number
    alerts: Array<string>
    query: {
      promql: string
      answer:
        | {
            kind: "value"
            value: number
          }
        | {
            kind: "empty"
          }
        | {
            kind: "error"
            error: string
          }
    } | null
  }
  policy_version: number
  trace_id: string | null
  at: string
}

export interface Incident {
  id: string
  ring: Ring
  summary: string
  reference: string | null
  reported_by: string
  at: string
}

export interface EventList {
  items: Array<Event>
}

export interface Event {
  id: string
  type:
    | "DEPLOYMENT_CREATED"
    | "RISK_ASSESSED"
    | "CAB_SUBMITTED"
    | "CAB_APPROVED"
    | "CAB_REJECTED"
    | "DEPLOYMENT_APPROVED"
    | "DEPLOYMENT_WAITING"
    | "DEPLOYMENT_STARTED"
    | "RING_STARTED"
    | "GATE_EVALUATED"
    | "RING_PROMOTED"
    | "DEPLOYMENT_HELD"
    | "DEPLOYMENT_RESUMED"
    | "INCIDENT_REPORTED"
    | "DEPLOYMENT_COMPLETED"
    | "DEPLOYMENT_FAILED"
    | "ROLLBACK_INITIATED"
    | "ROLLBACK_COMPLETED"
    | "DEPLOYMENT_CANCELLED"
    | "POLICY_CHANGED"
    | "TOKEN_CREATED"
    | "TOKEN_REVOKED"
    | "DEMO_DATA_SEEDED"
    | "DEMO_DATA_CLEARED"
    | "BREAKER_OPENED"
    | "BREAKER_CLOSED"
    | "BREAKER_ISOLATED"
    | "BREAKER_RESET"
    | "CONNECTOR_UNHEALTHY"
    | "CONNECTOR_RECOVERED"
    | "DRIFT_DETECTED"
    | "ALERT_FIRING"
    | "ALERT_RESOLVED"
  subject_type: "deployment" | "principal" | "connector" | "alert"
  subject_id: string
  /** Counts from 1 within the subject */
  sequence: number
  at: string
  principal: string
  correlation_id: string
  trace_id: string | null
  data: Record<string, unknown>
  /** Hash of the subject's event before; null for its first */
  previous_hash: string | null
  /** Chains it to the one before; null of demo data */
  hash: string | null
}

export interface Reason {
  /** Why, for whoever reads the events later */
  reason: string
}

export interface NewIncident {
  /** What went wrong */
  summary: string
  /** The reporter's own number: reported again under it, it is the same incident */
  reference?: string | undefined
}

export interface Approval {
  /** conditional: an approval whose conditions are kept and shown */
  decision?: "approved" | "conditional" | undefined
  /** Why, for whoever reads the decision later */
  rationale: string
  /** Of a conditional approval, and of no other */
  conditions?: Array<string> | undefined
  /** Compensating controls; a score above 75 asks for one at least, from whichever approver */
  controls?: Array<NewCompensatingControl> | undefined
}

export interface NewCompensatingControl {
  /** What is done */
  text: string
  /** Who sees to it */
  owner: string
  expires_in_days?: number | undefined
}

export interface Rejection {
  /** Why, for whoever reads the decision later */
  rationale: string
}

export interface ApprovalPage {
  items: Array<ApprovalRequest>
  /** Send it as `cursor` for the next page; null on the last */
  next: string | null
}

export interface ApprovalRequest {
  deployment: Deployment
  /** Approvals so far */
  approvals: number
  /** Approvals it needs */
  required: number
  /** Whether one of them has to name a compensating control */
  control_required: boolean
  /** The caller's own; null while there is none */
  decision: ApprovalDecision | null
}

export interface ApprovalDecision {
  approver: string
  decision: "approved" | "conditional" | "rejected"
  rationale: string
  conditions: Array<string>
  controls: Array<CompensatingControl>
  at: string
}

export interface CompensatingControl {
  /** What is done */
  text: string
  /** Who sees to it */
  owner: string
  expires_in_days: number
  expires_at: string
}

export interface DeploymentApprovals {
  /** Id of the deployment */
  deployment_id: string
  status: DeploymentStatus
  /** Approvals so far */
  approvals: number
  /** Approvals it needs */
  required: number
  /** Whether one of them has to name a compensating control */
  control_required: boolean
  /** Rejected as expired, if it still waits */
  expires_at: string | null
  /** Oldest first; they never change */
  decisions: Array<ApprovalDecision>
}

export interface RiskQuestion {
  /** Name of the application */
  app_name: string
  /** Version to roll out */
  version?: string | undefined
  target_ring: Ring
  connector_type?: ConnectorType | undefined
  evidence?: Evidence | undefined
  /** Nothing starts before it */
  not_before?: string | undefined
  /** Approvers have 24 hours instead of 48 */
  urgent?: boolean | undefined
}

export interface RiskModel {
  /** Version of the model; versions never change */
  version: string
  /** Their weights add up to 100 */
  factors: Array<RiskModelFactor>
  thresholds: {
    /** Scores above it have to be approved */
    cab_above: number
    quick_below_minutes: number
    moderate_up_to_minutes: number
    /** Success rate of earlier roll-outs, 0 to 1 */
    excellent_above: number
    good_from: number
    fair_from: number
    /** Of the blast radius, at most to 1 */
    critical_cohort_multiplier: number
  }
}

export interface RiskModelFactor {
  factor:
    | "privilege_impact"
    | "supply_chain_trust"
    | "exploitability"
    | "data_access"
    | "sbom_vulnerability"
    | "blast_radius"
    | "operational_complexity"
    | "history"
  weight: number
  /** What each level is worth, 0 to 1 */
  values: Record<string, number>
}

export interface RingList {
  items: Array<RingView>
}

export interface RingView extends RingPolicyVersion {
  active: RingTotals
  /** Those of them that are there longest, 20 at most */
  oldest: Array<ActiveDeployment>
}

export interface RingPolicy {
  /** Share of installed devices from which the ring complies */
  success_rate: number
  /** Share of failed devices beyond which the gate fails */
  failure_limit: number
  /** Devices that have to have answered */
  minimum_sample: number
  /** Attempts in a row without an answer after which it is given up */
  error_limit: number
  /** Incidents beyond which the gate fails */
  incident_limit: number
  /** How long a ring that complies is watched */
  soak_seconds: number
  /** From when `no_data` decides */
  compliance_limit_seconds: number
  poll_interval_seconds: number
  /** At the compliance limit without compliance */
  no_data: "fail" | "hold" | "wait"
  /** What a failed gate does */
  on_failure: "rollback" | "hold"
  promotion: "automatic" | "manual"
  require_tested_rollback: boolean
  /** Whether a firing alert of the ring or back end holds it */
  hold_on_alerts: boolean
  query: {
    /** PromQL with one value; $app_name, $version, $ring and $deployment_id are filled in */
    promql: string
    comparison: "at_least" | "at_most"
    threshold: number
    timeout_seconds: number
    /** dry_run: the answer is kept with the verdict and decides nothing */
    mode: "decide" | "dry_run"
  } | null
}

/** Over all deployments that are in the ring now */
export interface RingTotals {
  deployments: number
  targeted: number
  pending: number
  installed: number
  failed: number
}

export interface ActiveDeployment {
  /** Id of the deployment */
  deployment_id: string
  /** Name of the application */
  app_name: string
  /** Version to roll out */
  version: string
  status: "DEPLOYING" | "ROLLING_BACK"
  held: boolean
  targeted: number
  pending: number
  installed: number
  failed: number
  /** When it entered the ring */
  started_at: string
}

export interface RingPolicyVersion {
  ring: Ring
  /** Grows over all rings; also the ETag */
  version: number
  policy: RingPolicy
  created_by: string
  created_at: string
}

export interface RingPolicyPage {
  items: Array<RingPolicyVersion>
  /** Send it as `cursor` for the next page; null on the last */
  next: string | null
}

export interface EventPage {
  items: Array<PositionedEvent>
  /** Send it as `after` to go on, also when nothing is there yet; as `before` where that was asked for */
  next: number
}

export interface PositionedEvent extends Event {
  /** Place among all events: ascends without gaps */
  position: number
}

export interface ApplicationPage {
  items: Array<Application>
  next: string | null
}

export interface Application {
  /** Name of the application */
  name: string
  /** Its name in metrics: its own, or `other` */
  label: string
  created_at: string
  /** Demo data; a real application of the same name hides it */
  demo: boolean
  /** The newest deployment to each target ring; rings without one are absent */
  rings: {
    LAB?: Deployment | undefined
    CANARY?: Deployment | undefined
    PILOT?: Deployment | undefined
    DEPARTMENT?: Deployment | undefined
    GLOBAL?: Deployment | undefined
  }
}

export interface ConnectorList {
  items: Array<Connector>
}

export interface Connector {
  type: ConnectorType
  configured: boolean
  /** What the last probe found; null where there was none */
  healthy: boolean | null
  /** Since when it has been so, without a break */
  since: string | null
  /** When the last probe ended: what is stale is not healthy */
  last_checked_at: string | null
  /** Of the last probe that failed, kept when it is healthy again */
  last_error: ConnectorLastError | null
  /** The rings that are mapped to a grouping of the back end's */
  rings: Array<Ring>
}

export interface ConnectorLastError {
  class: "transient" | "permanent" | "policy"
  type: "timeout" | "network" | "throttled" | "server" | "malformed" | "client" | "auth" | "refused"
}

export interface DriftPage {
  items: Array<Drift>
  /** Send it as `cursor` for the next page; null on the last */
  next: string | null
}

export interface Drift {
  id: string
  state: "open" | "closed"
  /** missing: devices that had it have it no longer; version_mismatch: devices have another version; stuck: devices are pending for longer than a roll-out of the ring may take */
  kind: "missing" | "version_mismatch" | "stuck"
  /** The deployment whose version should be there */
  deployment_id: string
  /** Name of the application */
  app_name: string
  connector_type: ConnectorType
  ring: Ring
  /** Version to roll out */
  expected_version: string
  /** How many it concerned when it was last seen */
  devices: number
  /** version_mismatch: what is there instead, the most frequent first, 20 at most */
  found_versions: Array<FoundVersion>
  opened_at: string
  last_seen_at: string
  closed_at: string | null
}

export interface FoundVersion {
  version: string
  devices: number
}

export interface Dora {
  days: number
  items: Array<DoraKeys>
}

export interface DoraKeys {
  /** The target ring; null for all of them together */
  ring: Ring | null
  /** Deployments that COMPLETED */
  deployments: number
  deployments_per_day: number
  lead_time: Durations
  /** FAILED or ROLLED_BACK, also after they had completed */
  failures: number
  /** Failures ÷ those that completed, failed or were rolled back */
  change_failure_rate: number | null
  time_to_restore: Durations & unknown
  /** Failures that nothing has made good yet */
  unrestored: number
}

/** From submission to COMPLETED */
export interface Durations {
  count: number
  /** Seconds; null where there were none */
  mean: number | null
  /** Seconds; null where there were none */
  median: number | null
  /** Seconds; null where there were none */
  p95: number | null
}

export interface AlertPage {
  items: Array<Alert>
  /** Send it as `cursor` for the next page; null on the last */
  next: string | null
}

export interface Alert {
  id: string
  name: string
  status: "firing" | "resolved"
  /** Firing, and not repeated for so long that nobody knows any more: gates take no notice of it */
  stale: boolean
  /** `none` where the alert has no such label */
  severity: string
  component: string | null
  summary: string | null
  description: string | null
  labels: Record<string, string>
  annotations: Record<string, string>
  /** The same for all times that an alert with these labels fired */
  fingerprint: string
  started_at: string
  /** Null while it fires */
  ended_at: string | null
  /** When we were told first */
  received_at: string
  /** When Alertmanager spoke of it last */
  last_seen_at: string
  links: AlertLinks
}

export interface AlertLinks {
  /** What to do: the annotation `runbook_url` */
  runbook: string | null
  /** Where to look: the annotation `dashboard` */
  dashboard: string | null
  /** The alert's expression in Prometheus */
  source: string | null
  /** The same in Grafana's Explore, from a little before it began */
  explore: string | null
}

export interface AlertsReceived {
  /** Alerts in the notification */
  received: number
}

export interface AlertmanagerWebhook {
  version: "4"
  receiver?: string | undefined
  /** How many more there were than `max_alerts` of the receiver let through */
  truncatedAlerts?: number | undefined
  alerts: Array<{
    status: "firing" | "resolved"
    labels: Record<string, string> & {
      alertname: string
      [name: string]: unknown
    }
    annotations?: Record<string, string> | undefined
    startsAt: string
    /** Of a resolved alert. Of a firing one it is year 1 or a guess, and not looked at */
    endsAt?: string | undefined
    /** Where the expression can be seen */
    generatorURL?: string | undefined
    /** Hash of the labels */
    fingerprint: string
  }>
}

export interface CircuitBreakerList {
  items: Array<CircuitBreaker>
}

export interface CircuitBreaker {
  /** The back end's configured name */
  service: string
  connector_type: ConnectorType
  state: CircuitBreakerState
  /** Failures that counted since the last success */
  failures: number
  /** Since when calls are not let through freely */
  opened_at: string | null
  /** Until a call may be tried; null when calls are let through, or only a reset will let them */
  retry_after_seconds: number | null
  /** Why it was isolated */
  reason: string | null
  /** Its newest events, the newest first */
  history: Array<Event>
}

/** ISOLATED: taken out of service by an operator, until a reset */
export type CircuitBreakerState = "CLOSED" | "OPEN" | "HALF_OPEN" | "ISOLATED"

export interface IssuedToken {
  /** Id of the token */
  id: string
  name: string
  role: Role
  state: TokenState
  created_at: string
  /** null: it never expires */
  expires_at: string | null
  /** Written at most once a minute; null: never used */
  last_used_at: string | null
  revoked_at: string | null
  /** The bearer token itself, which is not kept: it cannot be shown again */
  token: string
}

/** What a token may do; alertmanager may deliver alerts and nothing else */
export type Role = "viewer" | "publisher" | "approver" | "operator" | "admin" | "alertmanager"

/** Only an active one is good */
export type TokenState = "active" | "expired" | "revoked"

export interface NewToken {
  /** The person (or program) that it speaks for: events name it, and four eyes compare it */
  name: string
  role: Role
  /** From now on; without it the token never expires */
  expires_in_days?: number | undefined
}

export interface TokenPage {
  items: Array<Token>
  /** Send it as `cursor` for the next page; null on the last */
  next: string | null
}

export interface Token {
  /** Id of the token */
  id: string
  name: string
  role: Role
  state: TokenState
  created_at: string
  /** null: it never expires */
  expires_at: string | null
  /** Written at most once a minute; null: never used */
  last_used_at: string | null
  revoked_at: string | null
}

export interface DemoData {
  users: number
  applications: number
  deployments: number
  events: number
  seeded_at: string
}

export interface DemoCounts {
  /** People who submit and approve; no token speaks for them */
  users?: number | undefined
  /** Applications */
  applications?: number | undefined
  /** Deployments, over the past two weeks */
  deployments?: number | undefined
  /** Events at least: each deployment's story is told to its end */
  events?: number | undefined
}

export interface ClearedDemoData {
  users: number
  applications: number
  deployments: number
  events: number
}

export interface HealthReport {
  status: HealthStatus
  checks: {
    database: HealthCheck
    queue: HealthCheck
    workers: HealthCheck
    collector: HealthCheck
    connectors: HealthCheck
    breakers: HealthCheck
  }
}

/** degraded: works with less than everything; unhealthy: does not work */
export type HealthStatus = "healthy" | "degraded" | "unhealthy"

export interface HealthCheck {
  status: HealthStatus
  detail: string
}

export interface Liveness {
  status: "live"
}

export interface Readiness {
  status: "ready"
}

export interface ListDeploymentsQuery {
  /** Name of the application */
  app_name?: string | undefined
  /** LAB first, GLOBAL last */
  ring?: Ring | undefined
  /** Where it stands */
  status?: DeploymentStatus | undefined
  /** The back end that is deployed through */
  connector?: ConnectorType | undefined
  /** Who submitted them */
  submitter?: string | undefined
  /** Those submitted then or later */
  created_after?: string | undefined
  /** Those submitted before */
  created_before?: string | undefined
  /** Demo data alone, or without it */
  demo?: "true" | "false" | undefined
  /** Largest number of items on a page */
  limit?: number | undefined
  /** `next` of the page before */
  cursor?: string | undefined
}

export interface ListApprovalsQuery {
  /** mine: waits for the caller, who neither submitted it nor has decided; expiring: its time is up within `hours`, both by the time they have left; decided: by the caller, newest first */
  state?: "mine" | "decided" | "expiring" | undefined
  /** Of state=expiring */
  hours?: number | undefined
  /** Largest number of items on a page */
  limit?: number | undefined
  /** `next` of the page before */
  cursor?: string | undefined
}

export interface GetRiskModelQuery {
  /** Version of the model; versions never change */
  version?: string | undefined
}

export interface ListRingPoliciesQuery {
  /** Largest number of items on a page */
  limit?: number | undefined
  /** `next` of the page before */
  cursor?: string | undefined
}

export interface ListEventsQuery {
  /** What happened */
  type?:
    | "DEPLOYMENT_CREATED"
    | "RISK_ASSESSED"
    | "CAB_SUBMITTED"
    | "CAB_APPROVED"
    | "CAB_REJECTED"
    | "DEPLOYMENT_APPROVED"
    | "DEPLOYMENT_WAITING"
    | "DEPLOYMENT_STARTED"
    | "RING_STARTED"
    | "GATE_EVALUATED"
    | "RING_PROMOTED"
    | "DEPLOYMENT_HELD"
    | "DEPLOYMENT_RESUMED"
    | "INCIDENT_REPORTED"
    | "DEPLOYMENT_COMPLETED"
    | "DEPLOYMENT_FAILED"
    | "ROLLBACK_INITIATED"
    | "ROLLBACK_COMPLETED"
    | "DEPLOYMENT_CANCELLED"
    | "POLICY_CHANGED"
    | "TOKEN_CREATED"
    | "TOKEN_REVOKED"
    | "DEMO_DATA_SEEDED"
    | "DEMO_DATA_CLEARED"
    | "BREAKER_OPENED"
    | "BREAKER_CLOSED"
    | "BREAKER_ISOLATED"
    | "BREAKER_RESET"
    | "CONNECTOR_UNHEALTHY"
    | "CONNECTOR_RECOVERED"
    | "DRIFT_DETECTED"
    | "ALERT_FIRING"
    | "ALERT_RESOLVED"
    | undefined
  /** To what kind of thing */
  subject_type?: "deployment" | "principal" | "connector" | "alert" | undefined
  /** Of a deployment: its id */
  subject_id?: string | undefined
  /** Only events behind this position, oldest first; 0 when absent */
  after?: number | undefined
  /** Instead: only events before this position, newest first; one beyond all others begins with the newest */
  before?: number | undefined
  /** Largest number of items on a page */
  limit?: number | undefined
}

export interface StreamEventsQuery {
  /** What happened */
  type?:
    | "DEPLOYMENT_CREATED"
    | "RISK_ASSESSED"
    | "CAB_SUBMITTED"
    | "CAB_APPROVED"
    | "CAB_REJECTED"
    | "DEPLOYMENT_APPROVED"
    | "DEPLOYMENT_WAITING"
    | "DEPLOYMENT_STARTED"
    | "RING_STARTED"
    | "GATE_EVALUATED"
    | "RING_PROMOTED"
    | "DEPLOYMENT_HELD"
    | "DEPLOYMENT_RESUMED"
    | "INCIDENT_REPORTED"
    | "DEPLOYMENT_COMPLETED"
    | "DEPLOYMENT_FAILED"
    | "ROLLBACK_INITIATED"
    | "ROLLBACK_COMPLETED"
    | "DEPLOYMENT_CANCELLED"
    | "POLICY_CHANGED"
    | "TOKEN_CREATED"
    | "TOKEN_REVOKED"
    | "DEMO_DATA_SEEDED"
    | "DEMO_DATA_CLEARED"
    | "BREAKER_OPENED"
    | "BREAKER_CLOSED"
    | "BREAKER_ISOLATED"
    | "BREAKER_RESET"
    | "CONNECTOR_UNHEALTHY"
    | "CONNECTOR_RECOVERED"
    | "DRIFT_DETECTED"
    | "ALERT_FIRING"
    | "ALERT_RESOLVED"
    | undefined
  /** To what kind of thing */
  subject_type?: "deployment" | "principal" | "connector" | "alert" | undefined
  /** Of a deployment: its id */
  subject_id?: string | undefined
  /** Begin behind this position; without it with what comes */
  after?: number | undefined
}

export interface ListApplicationsQuery {
  /** Name of the application */
  name?: string | undefined
  /** Demo data alone, or without it */
  demo?: "true" | "false" | undefined
  /** Largest number of items on a page */
  limit?: number | undefined
  /** `next` of the page before */
  cursor?: string | undefined
}

export interface ListDriftsQuery {
  /** Whether a later look found it gone */
  state?: "open" | "closed" | undefined
  /** The back end that is deployed through */
  connector?: ConnectorType | undefined
  /** Name of the application */
  app_name?: string | undefined
  /** LAB first, GLOBAL last */
  ring?: Ring | undefined
  /** Largest number of items on a page */
  limit?: number | undefined
  /** `next` of the page before */
  cursor?: string | undefined
}

export interface GetDoraQuery {
  /** Name of the application */
  app_name?: string | undefined
  /** Whether demo data counts as well */
  include_demo?: "true" | "false" | undefined
  /** How far it looks back */
  days?: number | undefined
}

export interface ListAlertsQuery {
  /** Whether it fires */
  status?: "firing" | "resolved" | undefined
  /** Its label `severity` */
  severity?: string | undefined
  /** Its label `alertname` */
  name?: string | undefined
  /** Those that began then or later */
  since?: string | undefined
  /** Largest number of items on a page */
  limit?: number | undefined
  /** `next` of the page before */
  cursor?: string | undefined
}

export interface ListTokensQuery {
  /** Whose they are */
  name?: string | undefined
  /** Only an active one is good */
  state?: TokenState | undefined
  /** Largest number of items on a page */
  limit?: number | undefined
  /** `next` of the page before */
  cursor?: string | undefined
}

/** What each operation takes and answers. */
export interface Operations {
  /** Roll a version out */
  createDeployment: { body: NewDeployment; answer: Deployment }
  /** List deployments, newest first */
  listDeployments: { query: ListDeploymentsQuery; answer: DeploymentPage }
  /** One deployment with its evidence and how far each ring got */
  getDeployment: { path: { id: string }; answer: DeploymentDetail }
  /** Everything that happened to a deployment, oldest first */
  listDeploymentEvents: { path: { id: string }; answer: EventList }
  /** Return to the version of before */
  rollbackDeployment: { path: { id: string }; body: Reason; answer: Deployment }
  /** Cancel a deployment that no ring has started */
  cancelDeployment: { path: { id: string }; body: Reason; answer: Deployment }
  /** Send a deployment on that its gate holds */
  promoteDeployment: { path: { id: string }; body: Reason; answer: Deployment }
  /** Keep a deployment where it is */
  holdDeployment: { path: { id: string }; body: Reason; answer: Deployment }
  /** Let a held deployment go on */
  resumeDeployment: { path: { id: string }; body: Reason; answer: Deployment }
  /** Report that something went wrong where it is rolled out */
  reportIncident: { path: { id: string }; body: NewIncident; answer: Incident }
  /** Approve a deployment that waits for it */
  approveDeployment: { path: { id: string }; body: Approval; answer: Deployment }
  /** Reject a deployment that waits for approval */
  rejectDeployment: { path: { id: string }; body: Rejection; answer: Deployment }
  /** List what waits for the caller's decision, what the caller has decided on, or what expires soon */
  listApprovals: { query: ListApprovalsQuery; answer: ApprovalPage }
  /** Who decided what on a deployment, and what it still needs */
  getDeploymentApprovals: { path: { id: string }; answer: DeploymentApprovals }
  /** Score a deployment without making it */
  assessRisk: { body: RiskQuestion; answer: RiskAssessment }
  /** The model that scores are made with, or an earlier version of it */
  getRiskModel: { query: GetRiskModelQuery; answer: RiskModel }
  /** List the rings, each with its policy in force and what is going on in it */
  listRings: { answer: RingList }
  /** How a ring is rolled out and judged */
  getRingPolicy: { path: { ring: Ring }; answer: RingPolicyVersion }
  /** Change how a ring is rolled out and judged */
  changeRingPolicy: { path: { ring: Ring }; body: RingPolicy; answer: RingPolicyVersion }
  /** Every policy that a ring had, newest first */
  listRingPolicies: { path: { ring: Ring }; query: ListRingPoliciesQuery; answer: RingPolicyPage }
  /** List all events by position */
  listEvents: { query: ListEventsQuery; answer: EventPage }
  /** Listen to events as they happen */
  streamEvents: { query: StreamEventsQuery; answer: string }
  /** List applications by name, each with its newest deployment per ring */
  listApplications: { query: ListApplicationsQuery; answer: ApplicationPage }
  /** List the kinds of back ends, each with its health as the last probe found it */
  listConnectors: { answer: ConnectorList }
  /** List differences between what deployments left in rings and what is there, newest first */
  listDrifts: { query: ListDriftsQuery; answer: DriftPage }
  /** The four keys, for all rings together and for each target ring */
  getDora: { query: GetDoraQuery; answer: Dora }
  /** List the history of alerts, newest first */
  listAlerts: { query: ListAlertsQuery; answer: AlertPage }
  /** Take a notification of Alertmanager's */
  receiveAlerts: { body: AlertmanagerWebhook; answer: AlertsReceived }
  /** List the circuit breakers of all back ends, each with its newest events */
  listCircuitBreakers: { answer: CircuitBreakerList }
  /** Take a back end out of service */
  isolateCircuitBreaker: { path: { service: string }; body: Reason; answer: CircuitBreaker }
  /** Let calls through again, whatever the state */
  resetCircuitBreaker: { path: { service: string }; body: Reason; answer: CircuitBreaker }
  /** Make a token for a person */
  createToken: { body: NewToken; answer: IssuedToken }
  /** List tokens, newest first: whose, and whether they are good */
  listTokens: { query: ListTokensQuery; answer: TokenPage }
  /** Revoke a token */
  revokeToken: { path: { id: string }; body: Reason; answer: Token }
  /** Make demo data */
  seedDemoData: { body: DemoCounts; answer: DemoData }
  /** Take all demo data away */
  clearDemoData: { answer: ClearedDemoData }
  /** How each part is */
  getHealth: { answer: HealthReport }
  /** Whether this process lives, whatever the other parts do */
  getLiveness: { answer: Liveness }
  /** Whether this process takes requests */
  getReadiness: { answer: Readiness }
  /** The metrics of all processes, as the Collector exposes them to Prometheus */
  getMetrics: { answer: string }
  /** This document: OpenAPI 3.1 of the API */
  getOpenApi: {
    answer: {
      openapi: string
      [name: string]: unknown
    }
  }
}

/** Method and path of each operation. */
export const operations = {
  createDeployment: ["POST", "/api/v1/deployments"],
  listDeployments: ["GET", "/api/v1/deployments"],
  getDeployment: ["GET", "/api/v1/deployments/{id}"],
  listDeploymentEvents: ["GET", "/api/v1/deployments/{id}/events"],
  rollbackDeployment: ["POST", "/api/v1/deployments/{id}/rollback"],
  cancelDeployment: ["POST", "/api/v1/deployments/{id}/cancel"],
  promoteDeployment: ["POST", "/api/v1/deployments/{id}/promote"],
  holdDeployment: ["POST", "/api/v1/deployments/{id}/hold"],
  resumeDeployment: ["POST", "/api/v1/deployments/{id}/resume"],
  reportIncident: ["POST", "/api/v1/deployments/{id}/incidents"],
  approveDeployment: ["POST", "/api/v1/deployments/{id}/approve"],
  rejectDeployment: ["POST", "/api/v1/deployments/{id}/reject"],
  listApprovals: ["GET", "/api/v1/approvals"],
  getDeploymentApprovals: ["GET", "/api/v1/deployments/{id}/approvals"],
  assessRisk: ["POST", "/api/v1/risk/assess"],
  getRiskModel: ["GET", "/api/v1/risk/model"],
  listRings: ["GET", "/api/v1/rings"],
  getRingPolicy: ["GET", "/api/v1/rings/{ring}/policy"],
  changeRingPolicy: ["PUT", "/api/v1/rings/{ring}/policy"],
  listRingPolicies: ["GET", "/api/v1/rings/{ring}/policy/versions"],
  listEvents: ["GET", "/api/v1/events"],
  streamEvents: ["GET", "/api/v1/events/stream"],
  listApplications: ["GET", "/api/v1/applications"],
  listConnectors: ["GET", "/api/v1/connectors"],
  listDrifts: ["GET", "/api/v1/drifts"],
  getDora: ["GET", "/api/v1/dora"],
  listAlerts: ["GET", "/api/v1/alerts"],
  receiveAlerts: ["POST", "/api/v1/alerts/webhook"],
  listCircuitBreakers: ["GET", "/api/v1/circuit-breakers"],
  isolateCircuitBreaker: ["POST", "/api/v1/circuit-breakers/{service}/isolate"],
  resetCircuitBreaker: ["POST", "/api/v1/circuit-breakers/{service}/reset"],
  createToken: ["POST", "/api/v1/tokens"],
  listTokens: ["GET", "/api/v1/tokens"],
  revokeToken: ["POST", "/api/v1/tokens/{id}/revoke"],
  seedDemoData: ["POST", "/api/v1/admin/seed-demo-data"],
  clearDemoData: ["DELETE", "/api/v1/admin/demo-data"],
  getHealth: ["GET", "/api/v1/health"],
  getLiveness: ["GET", "/api/v1/health/live"],
  getReadiness: ["GET", "/api/v1/health/ready"],
  getMetrics: ["GET", "/api/v1/metrics"],
  getOpenApi: ["GET", "/api/v1/openapi.json"],
} as const
