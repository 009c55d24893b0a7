import { and, desc, eq, gte, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { rollouts } from "../db/schema.ts"
import { gateEvaluations } from "../db/schema-gates.ts"
import type { Domain } from "../domain.ts"
import { AppError } from "../lib/errors.ts"
import type { Caller } from "../lib/principal.ts"
import { ringOf } from "../rings/evidence.ts"
import { goOn } from "../rings/promote.ts"
import type { Ring } from "../rings/rings.ts"
import { stopIdling } from "./idle.ts"
import { type LockedDeployment, mustLock } from "./lock.ts"
import { readDeployment } from "./row.ts"
import { inStage } from "./stage.ts"
import type { Deployment } from "./types.ts"

/**
 * Sends a held deployment on: to the next ring when its gate has passed and promotion is manual, or in spite of its gate,
 * which the event then says. A gate that has not spoken cannot be passed by. Throws AppError `not_found`,
 * `invalid_transition`.
 */
export function promoteDeployment(domain: Domain, caller: Caller, id: string, reason: string): Promise<Deployment> {
  return domain.db.transaction(async (tx) => {
    const deployment = await mustLock(tx, id, caller)
    const { status, currentRing, heldAt } = deployment
    if (status !== "DEPLOYING" || currentRing === null || heldAt === null)
      throw new AppError("invalid_transition", "Only a deployment that its gate holds can be promoted.")
    const overridden = await mayLeave(tx, deployment, currentRing)
    await stopIdling(tx, id)
    await tx
      .update(rollouts)
      .set({ finishedAt: sql`coalesce(finished_at, now())` })
      .where(ringOf({ deploymentId: id, ring: currentRing }))
    const attributes = { "eucora.ring": currentRing, "eucora.gate.overridden": overridden }
    await inStage(tx, "deployment.promote", deployment, attributes, () =>
      goOn(tx, domain, deployment, currentRing, { principal: caller.principal.name, reason, overridden }),
    )
    return readDeployment(tx, id)
  })
}

/** Whether the gate is overridden by it. Throws AppError `invalid_transition` when there is nothing to leave or override. */
async function mayLeave(tx: Transaction, { id }: LockedDeployment, ring: Ring): Promise<boolean> {
  const [rollout] = await tx
    .select({ state: rollouts.state })
    .from(rollouts)
    .where(ringOf({ deploymentId: id, ring }))
  if (rollout?.state === "passed") return false
  const [spoken] = await tx
    .select({ verdict: gateEvaluations.verdict })
    .from(gateEvaluations)
    .where(
      and(
        eq(gateEvaluations.deploymentId, id),
        eq(gateEvaluations.ring, ring),
        // The verdict that the hold came with, not one from before it was resumed.
        gte(gateEvaluations.at, sql`(SELECT held_at FROM deployments d WHERE d.id = ${id})`),
      ),
    )
    .orderBy(desc(gateEvaluations.at))
    .limit(1)
  if (rollout?.state !== "deploying" || spoken === undefined)
    throw new AppError("invalid_transition", "Its gate has not spoken: resume it, and the gate will.")
  return true
}
