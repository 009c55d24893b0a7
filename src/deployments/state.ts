import { AppError } from "../lib/errors.ts"
import type { DeploymentStatus } from "./types.ts"

/** Every transition there is. Going from ring to ring stays within DEPLOYING; held is a mark on the row, not a status. */
const transitions: Readonly<Record<DeploymentStatus, readonly DeploymentStatus[]>> = {
  AWAITING_CAB: ["APPROVED", "REJECTED", "CANCELLED"],
  APPROVED: ["PENDING", "DEPLOYING", "CANCELLED"],
  PENDING: ["DEPLOYING", "CANCELLED"],
  DEPLOYING: ["COMPLETED", "FAILED", "ROLLING_BACK"],
  COMPLETED: ["ROLLING_BACK"],
  ROLLING_BACK: ["ROLLED_BACK", "FAILED"],
  REJECTED: [],
  FAILED: [],
  ROLLED_BACK: [],
  CANCELLED: [],
}

/** The statuses from which `to` may be entered: what the WHERE of its conditional UPDATE repeats. */
export function sources(to: DeploymentStatus): DeploymentStatus[] {
  return (Object.keys(transitions) as DeploymentStatus[]).filter((from) => transitions[from].includes(to))
}

/** The statuses in which a deployment can be held. */
export const holdable: readonly DeploymentStatus[] = ["APPROVED", "PENDING", "DEPLOYING"]

/** Throws `invalid_transition`, naming both ends, when `to` may not follow `from`. */
export function mustAllow(from: DeploymentStatus, to: DeploymentStatus): void {
  if (transitions[from].includes(to)) return
  throw new AppError("invalid_transition", `A deployment that is ${from} cannot become ${to}.`)
}
