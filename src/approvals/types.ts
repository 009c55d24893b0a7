import type { Deployment, DeploymentStatus } from "../deployments/types.ts"

/** `conditional` is an approval whose conditions are kept and shown. */
export const approvalDecisions = ["approved", "conditional", "rejected"] as const
type ApprovalDecision = (typeof approvalDecisions)[number]

/** What is done so that a risk can be borne: required above a score of 75. */
export interface CompensatingControl {
  readonly text: string
  readonly owner: string
  /** 1 to 90. */
  readonly expiresInDays: number
}

/** What an approver says. */
export interface Approval {
  readonly decision: "approved" | "conditional"
  readonly rationale: string
  readonly conditions: readonly string[]
  readonly controls: readonly CompensatingControl[]
}

/** One person's decision as it was written down; it never changes. */
export interface Decision extends Omit<Approval, "decision"> {
  readonly approver: string
  readonly decision: ApprovalDecision
  readonly at: Date
}

/** How far a deployment's approval is. */
interface ApprovalProgress {
  /** Approvals so far, conditional ones with them. */
  readonly approvals: number
  /** Approvals it needs: 0 to 2. */
  readonly required: number
  /** Whether one of them has to name a compensating control. */
  readonly controlRequired: boolean
}

export interface DeploymentApprovals extends ApprovalProgress {
  readonly deploymentId: string
  readonly status: DeploymentStatus
  /** When it is rejected as expired, if it still waits; null when nobody had to approve it. */
  readonly expiresAt: Date | null
  /** Oldest first. */
  readonly decisions: readonly Decision[]
}

/** A deployment that waits for approval, or that the asking person has decided on. */
export interface ApprovalRequest extends ApprovalProgress {
  readonly deployment: Deployment
  /** The asking person's own; null while there is none. */
  readonly decision: Decision | null
}

/**
 * `mine`: waits for the asking person, who neither submitted it nor has decided on it. `expiring`: its time is up soon.
 * Both by the time they have left. `decided`: what the asking person has decided on, newest first.
 */
export const approvalStates = ["mine", "decided", "expiring"] as const
export type ApprovalState = (typeof approvalStates)[number]

/** What came last on the page before: when it expires, or when it was decided, and its id. */
interface ApprovalPosition {
  readonly state: ApprovalState
  readonly at: string
  readonly id: string
}

export interface ApprovalFilter {
  readonly state: ApprovalState
  /** Of `expiring`: how soon. */
  readonly hours: number
  /** 1 to 200. */
  readonly limit: number
  readonly after?: ApprovalPosition | undefined
}

export interface ApprovalPage {
  readonly items: readonly ApprovalRequest[]
  readonly next?: ApprovalPosition
}
