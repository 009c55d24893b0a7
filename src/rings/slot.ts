import { and, asc, eq, inArray, isNotNull, isNull, lt, ne, or, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import { dispatchDeployment } from "../deployments/dispatch.ts"
import type { LockedDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import { type Ring, rings } from "./rings.ts"

/**
 * A slot is one ring of one application: one deployment at a time. Taken when another one is in the ring, or when an
 * older one is waiting for it: they go in order of creation. The caller holds the application's lock.
 */
export async function slotTaken(tx: Transaction, deployment: LockedDeployment, ring: Ring): Promise<boolean> {
  const inRing = and(eq(deployments.currentRing, ring), inArray(deployments.status, ["DEPLOYING", "ROLLING_BACK"]))
  const older = and(waitingFor(ring), lt(deployments.id, deployment.id))
  const [other] = await tx
    .select({ id: deployments.id })
    .from(deployments)
    .where(
      and(
        eq(deployments.applicationId, deployment.applicationId),
        ne(deployments.id, deployment.id),
        or(inRing, older),
      ),
    )
    .limit(1)
  return other !== undefined
}

/** Sends the oldest deployment that waits for the ring on its way; called by whoever leaves it, in the same transaction. */
export async function wakeWaiting(tx: Transaction, domain: Domain, applicationId: string, ring: Ring): Promise<void> {
  const [next] = await tx
    .select({
      id: deployments.id,
      correlationId: deployments.correlationId,
      connectorType: deployments.connectorType,
    })
    .from(deployments)
    .where(and(eq(deployments.applicationId, applicationId), waitingFor(ring)))
    .orderBy(asc(deployments.id))
    .limit(1)
  if (next !== undefined) await dispatchDeployment(tx, domain, next, ring)
}

/**
 * Those that wait for the first ring are PENDING; those that wait for a later one are still in the ring before it. Who is
 * held, or not yet to start, stands in nobody's way.
 */
function waitingFor(ring: Ring) {
  const before = rings[rings.indexOf(ring) - 1]
  const ready = isNull(deployments.heldAt)
  if (before === undefined)
    return and(eq(deployments.status, "PENDING"), ready, sql`coalesce(${deployments.notBefore}, now()) <= now()`)
  return and(
    eq(deployments.status, "DEPLOYING"),
    eq(deployments.currentRing, before),
    isNotNull(deployments.waitingSince),
    ready,
  )
}
