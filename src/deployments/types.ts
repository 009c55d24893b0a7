import type { ConnectorType } from "../connectors/types.ts"
import type { GateEvidence, GateJudgement } from "../rings/gate.ts"
import type { Ring, RolloutState } from "../rings/rings.ts"
import type { Evidence } from "../risk/evidence.ts"
import type { Assessment } from "../risk/score.ts"

/** One vocabulary for table, API, events and labels. */
export const deploymentStatuses = [
  "AWAITING_CAB",
  "APPROVED",
  "PENDING",
  "DEPLOYING",
  "COMPLETED",
  "REJECTED",
  "FAILED",
  "ROLLING_BACK",
  "ROLLED_BACK",
  "CANCELLED",
] as const
export type DeploymentStatus = (typeof deploymentStatuses)[number]

/** The statuses that are an outcome: the first one reached is kept for ever and is what `deployment_total` counts. */
export const deploymentOutcomes = ["COMPLETED", "FAILED", "REJECTED", "ROLLED_BACK", "CANCELLED"] as const
export type DeploymentOutcome = (typeof deploymentOutcomes)[number]

/** What a client sends. The score is ours to make: a client never sends one. */
export interface NewDeployment {
  readonly appName: string
  readonly version: string
  readonly targetRing: Ring
  readonly connectorType: ConnectorType
  readonly evidence: Evidence
  /** Nothing starts before it. */
  readonly notBefore?: Date | undefined
  /** Halves the time that approvers have. */
  readonly urgent?: boolean | undefined
}

/** A deployment as it is served and passed between verbs; times are the database's. */
export interface Deployment {
  readonly id: string
  readonly appName: string
  readonly version: string
  readonly targetRing: Ring
  /** The ring it is in or ended in; null before the first one started. */
  readonly currentRing: Ring | null
  readonly connectorType: ConnectorType
  readonly status: DeploymentStatus
  readonly outcome: DeploymentOutcome | null
  /** Why it stopped, in a sentence; null while nothing stopped it. */
  readonly reason: string | null
  readonly riskScore: number
  readonly riskModelVersion: string
  readonly requiresCab: boolean
  /** Approvals it needs: 0 to 2. */
  readonly approvalsRequired: number
  /** When it is rejected as expired, if it still waits for approval. */
  readonly approvalExpiresAt: Date | null
  readonly notBefore: Date | null
  /** Since when somebody or a gate holds it; null while nobody does. */
  readonly heldAt: Date | null
  readonly heldReason: string | null
  /** The newest ring policy there was when its first ring started; null before that. */
  readonly policyVersion: number | null
  readonly submitter: string
  readonly correlationId: string
  readonly evidenceSha256: string
  readonly createdAt: Date
  /** When the first ring started. */
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  /** W3C trace id of the deployment's one trace (32 hex digits); null when it was created untraced. */
  readonly traceId: string | null
  /** Demo data: only shown, and nothing can be done with it. */
  readonly demo: boolean
}

/** How far one ring got. */
export interface RingProgress {
  readonly ring: Ring
  readonly state: RolloutState
  /** The version to return to; null removes the application. */
  readonly previousVersion: string | null
  readonly targeted: number
  readonly pending: number
  readonly installed: number
  readonly failed: number
  readonly startedAt: Date
  /** When the back end last said how far it is. */
  readonly measuredAt: Date | null
  /** When the success rate first passed the gate's. */
  readonly compliantAt: Date | null
  readonly finishedAt: Date | null
}

/** What the gate of a ring said, and what it went by. */
export interface GateEvaluation extends GateJudgement {
  readonly id: string
  readonly ring: Ring
  readonly evidence: GateEvidence
  readonly policyVersion: number
  readonly traceId: string | null
  readonly at: Date
}

/** Something that went wrong where it was rolled out, as it was reported. */
export interface Incident {
  readonly id: string
  readonly ring: Ring
  readonly summary: string
  /** The reporter's own number of it. */
  readonly reference: string | null
  readonly reportedBy: string
  readonly at: Date
}

export interface NewIncident {
  readonly summary: string
  /** Reported again under it, it is the same incident. */
  readonly reference?: string | undefined
}

export interface DeploymentDetail extends Deployment {
  /** How many events it has had: every decision and every turn adds one, progress alone does not. */
  readonly revision: number
  /** Oldest first: the last one says why it stopped, or why it went on. */
  readonly gates: readonly GateEvaluation[]
  readonly incidents: readonly Incident[]
  readonly evidence: Evidence
  /** As it was scored when it was submitted, factor by factor. */
  readonly risk: Assessment
  readonly rings: readonly RingProgress[]
}

export interface DeploymentFilter {
  readonly appName?: string | undefined
  readonly targetRing?: Ring | undefined
  readonly status?: DeploymentStatus | undefined
  readonly connectorType?: ConnectorType | undefined
  readonly submitter?: string | undefined
  readonly createdAfter?: Date | undefined
  readonly createdBefore?: Date | undefined
  /** Demo data alone, or without it; both where it is not said. */
  readonly demo?: boolean | undefined
  /** Keyset position: what came last on the page before. */
  readonly after?: { readonly createdAt: string; readonly id: string } | undefined
  /** 1 to 200. */
  readonly limit: number
}

/** A page, newest first. `next` is the position to go on from; absent on the last page. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next?: { readonly createdAt: string; readonly id: string }
}
