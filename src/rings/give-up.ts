import type { Transaction } from "../db/client.ts"
import { beginRollback } from "../deployments/begin-rollback.ts"
import { failDeployment } from "../deployments/fail.ts"
import type { LockedDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import { enginePrincipal } from "../lib/principal.ts"
import type { RingPolicy } from "./policy.ts"

/** What follows when a ring's tasks are exhausted: back, if the policy says so, else FAILED. A roll-back can only fail. */
export function giveUp(
  tx: Transaction,
  domain: Domain,
  deployment: LockedDeployment,
  reason: string,
  policy: RingPolicy,
): Promise<void> {
  if (policy.onFailure === "rollback" && deployment.status === "DEPLOYING")
    return beginRollback(tx, domain, deployment, { principal: enginePrincipal, reason, trigger: "tasks" })
  return failDeployment(tx, domain, deployment, reason)
}
