import type { Domain } from "../domain.ts"
import type { Caller } from "../lib/principal.ts"
import { beginRollback } from "./begin-rollback.ts"
import { mustLock } from "./lock.ts"
import { readDeployment } from "./row.ts"
import type { Deployment } from "./types.ts"

/**
 * Takes a deployment back, from any ring or after it has completed, ring by ring in reverse, to the version each ring had
 * before. A ring that meanwhile holds a newer deployment is left alone. Throws AppError `not_found`, `invalid_transition`.
 */
export function rollbackDeployment(domain: Domain, caller: Caller, id: string, reason: string): Promise<Deployment> {
  return domain.db.transaction(async (tx) => {
    const deployment = await mustLock(tx, id, caller)
    await beginRollback(tx, domain, deployment, { principal: caller.principal.name, reason, trigger: "manual" })
    return readDeployment(tx, id)
  })
}
