import type { ConnectorType } from "../connectors/types.ts"
import type { Ring } from "../rings/rings.ts"
import type { Evidence } from "../risk/evidence.ts"

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
  readonly submitter: string
  readonly correlationId: string
  readonly evidenceSha256: string
  readonly createdAt: Date
  /** When the first ring started. */
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  /** W3C trace id of the deployment's one trace (32 hex digits); null when it was created untraced. */
  readonly traceId: string | null
}

/** How far one ring got. */
export interface RingProgress {
  readonly ring: Ring
  readonly state: "deploying" | "succeeded" | "failed" | "rolling_back" | "rolled_back" | "superseded"
  /** The version to return to; null removes the application. */
  readonly previousVersion: string | null
  readonly targeted: number
  readonly pending: number
  readonly installed: number
  readonly failed: number
  readonly startedAt: Date
  readonly finishedAt: Date | null
}

export interface DeploymentDetail extends Deployment {
  readonly evidence: Evidence
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
