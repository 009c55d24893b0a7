import type { DeploymentApprovals } from "../../approvals/types.ts"
import type { DeploymentDetail } from "../../deployments/types.ts"
import { exactly } from "../parts/time.ts"
import { deviceWords } from "../parts/track.ts"
import type { Loaded } from "./load.ts"

/** How it stands, or why it stopped, in a sentence. */
export function sentence({ deployment, approvals }: Omit<Loaded, "events">): string {
  const { status, heldReason, reason, targetRing, notBefore } = deployment
  if (heldReason !== null) return `Held. ${heldReason}`
  switch (status) {
    case "AWAITING_CAB":
      return awaiting(approvals)
    case "APPROVED":
      return "Approved, and about to start."
    case "PENDING":
      return notBefore === null
        ? "Waits for its turn."
        : `Waits for its turn, and starts not before ${exactly(notBefore)}.`
    case "DEPLOYING":
      return deploying(deployment)
    case "COMPLETED":
      return `Every ring up to ${targetRing} has passed.`
    case "ROLLING_BACK":
      return `Goes back, ring by ring. ${reason ?? ""}`
    default:
      return reason ?? "It ended."
  }
}

function awaiting({ approvals, required, controlRequired, expiresAt }: DeploymentApprovals): string {
  const control = controlRequired ? ", one of them with a compensating control" : ""
  const end = expiresAt === null ? "" : ` Without them it is rejected at ${exactly(expiresAt)}.`
  return `Waits for approval: ${approvals} of ${required} given${control}.${end}`
}

function deploying({ currentRing, rings }: DeploymentDetail): string {
  const progress = rings.find(({ ring }) => ring === currentRing)
  if (progress === undefined) return "On its way into the first ring."
  const soaking = progress.compliantAt === null ? "" : ` It complies since ${exactly(progress.compliantAt)} and soaks.`
  return `In ${progress.ring}: ${deviceWords(progress)}.${soaking}`
}
