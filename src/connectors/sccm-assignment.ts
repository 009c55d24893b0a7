import type { Wish } from "./common.ts"
import type { RolloutRequest } from "./types.ts"

/** DesiredConfigType: 1 REQUIRED installs, 2 NOT_ALLOWED uninstalls. */
export const desired = { install: 1, remove: 2 } as const

/** Marks what we made, so that an operator's own assignments are left alone. */
const mark = "Made by eucora"

export const isOurs = ({ AssignmentDescription }: { readonly AssignmentDescription?: string | null | undefined }) =>
  AssignmentDescription?.startsWith(mark) === true

export interface AssignmentParts {
  readonly name: string
  readonly application: { readonly CI_ID: number; readonly ModelID: number }
  readonly wish: Wish
  readonly request: RolloutRequest
  readonly collectionId: string
  readonly nowMs: number
}

/**
 * A required assignment that is due at once (fields and values: McmAppDeployerBase.py of
 * https://github.com/autopkg/iancohn-recipes).
 */
export function assignmentBody({ name, application, wish, request, collectionId, nowMs }: AssignmentParts) {
  const now = `${new Date(nowMs).toISOString().slice(0, 19)}Z`
  return {
    ApplicationName: name,
    AppModelID: application.ModelID,
    AssignedCIs: [application.CI_ID],
    AssignmentAction: 2,
    AssignmentType: 2,
    AssignmentName: request.reference,
    AssignmentDescription: `${mark}: ${wish.action} ${wish.version} in ${request.ring}`,
    DesiredConfigType: desired[wish.action],
    Enabled: true,
    TargetCollectionID: collectionId,
    StartTime: now,
    EnforcementDeadline: now,
    UseGMTTimes: true,
    // 0 is required.
    OfferTypeID: 0,
    OfferFlags: 0,
    // Download from local and remote distribution points.
    DPLocality: 80,
    SuppressReboot: 0,
    NotifyUser: false,
    UserUIExperience: false,
    OverrideServiceWindows: false,
    LogComplianceToWinEvent: false,
    WoLEnabled: false,
  }
}
