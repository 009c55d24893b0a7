import { and, asc, gt, inArray, isNotNull, isNull, lte, or, sql } from "drizzle-orm"
import { deployments } from "../db/schema.ts"
import { dispatchDeployment } from "../deployments/dispatch.ts"
import { lockDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import { untraced } from "../telemetry/trace.ts"
import { nextRing, rings } from "./rings.ts"
import { slotTaken } from "./slot.ts"

/**
 * Sends every deployment on its way that waits although nothing stands in its way any longer. Who leaves a ring wakes the
 * next one in the same transaction; this finds what that could not know of, such as a start time that has come.
 */
export function startWaiting(domain: Domain, signal: AbortSignal, pageSize = 200): Promise<void> {
  return untraced(() => lookAtAll(domain, signal, pageSize))
}

async function lookAtAll(domain: Domain, signal: AbortSignal, pageSize: number): Promise<void> {
  let page = await waitingAfter(domain, undefined, pageSize)
  // All of them: those at the front may wait for long, and those behind them for nothing.
  for (; page.length > 0; page = await waitingAfter(domain, page.at(-1), pageSize))
    for (const id of page) {
      if (signal.aborted) return
      await startOne(domain, id)
    }
}

async function waitingAfter(domain: Domain, after: string | undefined, limit: number): Promise<readonly string[]> {
  const rows = await domain.db
    .select({ id: deployments.id })
    .from(deployments)
    .where(
      and(
        inArray(deployments.status, ["PENDING", "DEPLOYING"]),
        isNotNull(deployments.waitingSince),
        isNull(deployments.heldAt),
        or(isNull(deployments.notBefore), lte(deployments.notBefore, sql`now()`)),
        after === undefined ? undefined : gt(deployments.id, after),
      ),
    )
    .orderBy(asc(deployments.id))
    .limit(limit)
  return rows.map(({ id }) => id)
}

async function startOne(domain: Domain, id: string): Promise<void> {
  await domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, id)
    if (deployment === undefined || deployment.waitingSince === null || deployment.heldAt !== null) return
    const { currentRing, targetRing } = deployment
    const ring = currentRing === null ? rings[0] : nextRing(currentRing, targetRing)
    if (ring === undefined || (await slotTaken(tx, deployment, ring))) return
    await dispatchDeployment(tx, domain, deployment, ring)
  })
}
