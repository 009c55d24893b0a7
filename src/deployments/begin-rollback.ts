import { and, eq } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import type { Domain } from "../domain.ts"
import { appendEvents } from "../events/append.ts"
import { nextRing } from "../rings/rings.ts"
import { rollBackNext } from "../rings/rollback.ts"
import { wakeWaiting } from "../rings/slot.ts"
import { deploymentRollback } from "../telemetry/domain-counts.ts"
import { eventContext } from "./finish.ts"
import { stopIdling } from "./idle.ts"
import type { LockedDeployment } from "./lock.ts"
import { inStage } from "./stage.ts"
import { mustAllow } from "./state.ts"

export interface Cause {
  readonly principal: string
  /** In a sentence. */
  readonly reason: string
  readonly trigger: "manual" | "gate" | "tasks" | "incident"
}

/**
 * Begins to take a deployment back, ring by ring in reverse, from wherever it is: a stage of its story. The caller holds
 * the lock. Throws AppError `invalid_transition`.
 */
export function beginRollback(
  tx: Transaction,
  domain: Domain,
  deployment: LockedDeployment,
  { principal, reason, trigger }: Cause,
): Promise<void> {
  mustAllow(deployment.status, "ROLLING_BACK")
  return inStage(tx, "deployment.rollback", deployment, { "eucora.rollback.trigger": trigger }, async () => {
    await stopIdling(tx, deployment.id)
    // Of a ring that it has left long ago somebody else may hold the slot: it takes one with the first ring that is its own.
    const currentRing = deployment.status === "COMPLETED" ? null : deployment.currentRing
    await tx
      .update(deployments)
      .set({ status: "ROLLING_BACK", reason, currentRing })
      .where(eq(deployments.id, deployment.id))
    const event = { type: "ROLLBACK_INITIATED", data: { reason, trigger } } as const
    const point = deploymentRollback.add(1, { ring: deployment.targetRing, trigger })
    await appendEvents(tx, eventContext(deployment, principal), [event], [point])
    await leaveLine(tx, domain, deployment)
    await rollBackNext(tx, domain, { ...deployment, status: "ROLLING_BACK", currentRing, reason })
    if (currentRing === null) await backWhereItEnded(tx, deployment)
  })
}

/** None of its rings was its own any more: then it has ended where it had. */
async function backWhereItEnded(tx: Transaction, { id, currentRing }: LockedDeployment): Promise<void> {
  await tx
    .update(deployments)
    .set({ currentRing })
    .where(and(eq(deployments.id, id), eq(deployments.status, "ROLLED_BACK")))
}

/** Those that stood behind it in the line for the next ring need not wait for it. */
async function leaveLine(tx: Transaction, domain: Domain, deployment: LockedDeployment): Promise<void> {
  const { currentRing, targetRing, waitingSince, applicationId } = deployment
  const ahead = currentRing === null || waitingSince === null ? undefined : nextRing(currentRing, targetRing)
  if (ahead !== undefined) await wakeWaiting(tx, domain, applicationId, ahead)
}
