import { eq } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import { idleUntilNow } from "./row.ts"

/** Ends whatever a deployment waited for, soaked in or was held by; its time is no work. Before the ring's state changes. */
export async function stopIdling(tx: Transaction, id: string): Promise<void> {
  await tx
    .update(deployments)
    .set({ idleSeconds: idleUntilNow, heldAt: null, heldReason: null, waitingSince: null })
    .where(eq(deployments.id, id))
}
