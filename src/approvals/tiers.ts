/** How many people have to approve, and whether one of them has to name a compensating control. */
export interface ApprovalTier {
  readonly approvals: 0 | 1 | 2
  readonly controlRequired: boolean
}

/** Scores above it need two people and a compensating control. */
const highRiskAbove = 75

/** What a score asks for. Privileged tooling goes to the board whatever it scores, and then needs one approval at least. */
export function approvalTier(assessed: { readonly score: number; readonly requiresCab: boolean }): ApprovalTier {
  if (assessed.score > highRiskAbove) return { approvals: 2, controlRequired: true }
  return { approvals: assessed.requiresCab ? 1 : 0, controlRequired: false }
}

const dayMs = 86_400_000

/** Until when a control that was named at `from` holds. */
export function endOfControl(from: Date, expiresInDays: number): Date {
  return new Date(from.getTime() + expiresInDays * dayMs)
}

/** Hours that approvers have from the submission on; after that it is rejected as expired. */
export const reviewHours = { regular: 48, urgent: 24 } as const
