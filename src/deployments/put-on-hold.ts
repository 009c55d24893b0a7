import { eq, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import type { Domain } from "../domain.ts"
import { appendEvents } from "../events/append.ts"
import { nextRing, rings } from "../rings/rings.ts"
import { wakeWaiting } from "../rings/slot.ts"
import { eventContext } from "./finish.ts"
import type { LockedDeployment } from "./lock.ts"

/** Keeps a deployment from going on. What is in a ring already is measured on, and not judged. */
export async function putOnHold(
  tx: Transaction,
  domain: Domain,
  deployment: LockedDeployment,
  { principal, reason }: { readonly principal: string; readonly reason: string },
): Promise<void> {
  const { id, currentRing, targetRing, applicationId } = deployment
  await tx.update(deployments).set({ heldAt: sql`now()`, heldReason: reason }).where(eq(deployments.id, id))
  const event = { type: "DEPLOYMENT_HELD", data: { ring: currentRing, reason } } as const
  await appendEvents(tx, eventContext(deployment, principal), [event])
  // If it stood in line, those behind it need not wait for it.
  const ahead = currentRing === null ? rings[0] : nextRing(currentRing, targetRing)
  if (deployment.waitingSince !== null && ahead !== undefined) await wakeWaiting(tx, domain, applicationId, ahead)
}
