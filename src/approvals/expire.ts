import { and, asc, eq, sql } from "drizzle-orm"
import { deployments } from "../db/schema.ts"
import { lockDeployment } from "../deployments/lock.ts"
import { inStage } from "../deployments/stage.ts"
import type { Domain } from "../domain.ts"
import { enginePrincipal } from "../lib/principal.ts"
import { untraced } from "../telemetry/trace.ts"
import { endRequest } from "./reject.ts"

/** The next run takes the rest. */
const atMost = 200

/**
 * Rejects what has waited for approval beyond its time, with the reason `expired`: each in a transaction of its own, so
 * that many hold nobody up.
 */
export async function expireApprovals(domain: Domain, signal: AbortSignal): Promise<void> {
  for (const { id } of await untraced(() => expired(domain))) {
    if (signal.aborted) return
    await expireOne(domain, id)
  }
}

async function expired({ db }: Domain): Promise<readonly { readonly id: string }[]> {
  return db
    .select({ id: deployments.id })
    .from(deployments)
    .where(and(eq(deployments.status, "AWAITING_CAB"), sql`outcome IS NULL AND approval_expires_at <= now()`))
    .orderBy(asc(deployments.approvalExpiresAt), asc(deployments.id))
    .limit(atMost)
}

/** Decided meanwhile, it is left alone; the time it had is fixed, and need not be looked at again. */
function expireOne(domain: Domain, id: string): Promise<void> {
  return domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, id)
    if (deployment?.status !== "AWAITING_CAB") return
    await inStage(tx, "deployment.approve", deployment, { "eucora.approval.decision": "expired" }, () =>
      endRequest(tx, domain, deployment, { decision: "expired", principal: enginePrincipal, reason: "expired" }),
    )
  })
}
