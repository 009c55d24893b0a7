import { and, eq, inArray, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { rollouts } from "../db/schema.ts"
import type { Domain } from "../domain.ts"
import { enginePrincipal } from "../lib/principal.ts"
import { finishDeployment } from "./finish.ts"
import { stopIdling } from "./idle.ts"
import type { LockedDeployment } from "./lock.ts"

/** Ends a deployment, and the ring it is in, as FAILED; the reason is served and stands in its event. */
export async function failDeployment(
  tx: Transaction,
  domain: Domain,
  deployment: LockedDeployment,
  reason: string,
): Promise<void> {
  await stopIdling(tx, deployment.id)
  await tx
    .update(rollouts)
    .set({ state: "failed", finishedAt: sql`now()` })
    .where(and(eq(rollouts.deploymentId, deployment.id), inArray(rollouts.state, ["deploying", "rolling_back"])))
  const event = { type: "DEPLOYMENT_FAILED", data: { ring: deployment.currentRing, reason } } as const
  await finishDeployment(tx, domain, deployment, { status: "FAILED", principal: enginePrincipal, event, reason })
}
