import { and, eq, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments, rollouts } from "../db/schema.ts"
import type { Domain } from "../domain.ts"
import { appendEvents } from "../events/append.ts"
import { AppError } from "../lib/errors.ts"
import type { Caller } from "../lib/principal.ts"
import { ringOf } from "../rings/evidence.ts"
import { nextRing, type RolloutState, rings } from "../rings/rings.ts"
import { dispatchDeployment } from "./dispatch.ts"
import { eventContext } from "./finish.ts"
import { type LockedDeployment, mustLock } from "./lock.ts"
import { readDeployment } from "./row.ts"
import { inStage } from "./stage.ts"
import type { Deployment } from "./types.ts"

/**
 * Lets a held deployment go on from where it is: it is judged anew, or enters the ring it was about to enter. Its time on
 * hold counts neither as soak nor as work. Throws AppError `not_found`, `invalid_transition`.
 */
export function resumeDeployment(domain: Domain, caller: Caller, id: string, reason: string): Promise<Deployment> {
  return domain.db.transaction(async (tx) => {
    const deployment = await mustLock(tx, id, caller)
    if (deployment.heldAt === null) throw new AppError("invalid_transition", "The deployment is not held.")
    const state = await currentState(tx, deployment)
    if (state === "passed")
      throw new AppError("invalid_transition", "Its ring has passed: it waits to be promoted, and goes on by that.")
    if (deployment.currentRing !== null) await moveClocks(tx, deployment)
    // Whoever waits does so since before the hold, and goes on waiting.
    await tx
      .update(deployments)
      .set({
        heldAt: null,
        heldReason: null,
        idleSeconds: sql`idle_seconds + CASE WHEN waiting_since IS NULL THEN extract(epoch FROM now() - held_at) ELSE 0 END`,
      })
      .where(eq(deployments.id, id))
    const event = { type: "DEPLOYMENT_RESUMED", data: { ring: deployment.currentRing, reason } } as const
    await appendEvents(tx, eventContext(deployment, caller.principal.name), [event])
    await inStage(tx, "deployment.resume", deployment, {}, () => goOn(tx, domain, deployment, state))
    return readDeployment(tx, id)
  })
}

async function currentState(tx: Transaction, { id, currentRing }: LockedDeployment): Promise<RolloutState | undefined> {
  if (currentRing === null) return undefined
  const [row] = await tx
    .select({ state: rollouts.state })
    .from(rollouts)
    .where(ringOf({ deploymentId: id, ring: currentRing }))
  return row?.state
}

/** The ring's limits and its soak leave the hold out. */
async function moveClocks(tx: Transaction, { id }: LockedDeployment): Promise<void> {
  const since = sql`(SELECT held_at FROM deployments d WHERE d.id = ${id})`
  await tx
    .update(rollouts)
    .set({
      heldSeconds: sql`held_seconds + extract(epoch FROM now() - ${since})`,
      soakFrom: sql`soak_from + (now() - greatest(${since}, soak_from))`,
    })
    .where(and(eq(rollouts.deploymentId, id), eq(rollouts.state, "deploying")))
}

/** What is in a ring is measured all the time; what was about to enter one is sent again. */
async function goOn(tx: Transaction, domain: Domain, deployment: LockedDeployment, state: RolloutState | undefined) {
  const { currentRing, targetRing } = deployment
  if (state === "deploying") return
  const ring = currentRing === null ? rings[0] : nextRing(currentRing, targetRing)
  if (ring !== undefined) await dispatchDeployment(tx, domain, deployment, ring)
}
