import type { Domain } from "../domain.ts"
import { AppError } from "../lib/errors.ts"
import type { Caller } from "../lib/principal.ts"
import { mustLock } from "./lock.ts"
import { putOnHold } from "./put-on-hold.ts"
import { readDeployment } from "./row.ts"
import { holdable } from "./state.ts"
import type { Deployment } from "./types.ts"

/**
 * Keeps a deployment where it is: it enters no ring and no gate judges it until it is resumed or promoted. Throws
 * AppError `not_found`, `invalid_transition`.
 */
export function holdDeployment(domain: Domain, caller: Caller, id: string, reason: string): Promise<Deployment> {
  return domain.db.transaction(async (tx) => {
    const deployment = await mustLock(tx, id, caller)
    if (!holdable.includes(deployment.status))
      throw new AppError("invalid_transition", `A deployment that is ${deployment.status} cannot be held.`)
    if (deployment.heldAt !== null)
      throw new AppError("invalid_transition", `It is held already: ${deployment.heldReason}`)
    await putOnHold(tx, domain, deployment, { principal: caller.principal.name, reason })
    return readDeployment(tx, id)
  })
}
