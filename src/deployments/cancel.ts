import type { Domain } from "../domain.ts"
import type { Caller } from "../lib/principal.ts"
import { finishDeployment } from "./finish.ts"
import { mustLock } from "./lock.ts"
import type { Deployment } from "./types.ts"

/** Calls a deployment off that has not started. Throws AppError `not_found`, `invalid_transition`. */
export function cancelDeployment(domain: Domain, caller: Caller, id: string, reason: string): Promise<Deployment> {
  return domain.db.transaction(async (tx) => {
    const deployment = await mustLock(tx, id, caller)
    const event = { type: "DEPLOYMENT_CANCELLED", data: { reason } } as const
    const ending = { status: "CANCELLED", principal: caller.principal.name, event, reason } as const
    return finishDeployment(tx, domain, deployment, ending)
  })
}
