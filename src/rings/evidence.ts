import { and, count, eq, sql } from "drizzle-orm"
import { firingAlerts } from "../alerts/firing.ts"
import type { Transaction } from "../db/client.ts"
import { rollouts } from "../db/schema.ts"
import { incidents } from "../db/schema-gates.ts"
import type { LockedDeployment } from "../deployments/lock.ts"
import type { GateEvidence } from "./gate.ts"
import type { RingPolicy } from "./policy.ts"
import { nextRing, type Ring } from "./rings.ts"

export const ringOf = (of: { readonly deploymentId: string; readonly ring: Ring }) =>
  and(eq(rollouts.deploymentId, of.deploymentId), eq(rollouts.ring, of.ring))

/** Everything that a ring is judged by, but for the query's answer. The caller holds the deployment's lock. */
export async function gatherEvidence(
  tx: Transaction,
  deployment: LockedDeployment,
  ring: Ring,
  policy: RingPolicy,
): Promise<GateEvidence> {
  const key = { deploymentId: deployment.id, ring }
  const [row] = await tx
    .select({
      targeted: rollouts.targeted,
      pending: rollouts.pending,
      installed: rollouts.installed,
      failed: rollouts.failed,
      elapsedSeconds: sql<number>`extract(epoch FROM now() - started_at)::float8 - held_seconds`,
      soakedSeconds: sql<number | null>`extract(epoch FROM now() - soak_from)::float8`,
    })
    .from(rollouts)
    .where(ringOf(key))
  if (row === undefined) throw new Error("a ring that is judged has no row")
  const { elapsedSeconds, soakedSeconds, ...counts } = row
  const [reported] = await tx
    .select({ incidents: count() })
    .from(incidents)
    .where(and(eq(incidents.deploymentId, deployment.id), eq(incidents.ring, ring)))
  return {
    counts,
    elapsedSeconds,
    soakedSeconds,
    incidents: reported?.incidents ?? 0,
    alerts: policy.holdOnAlerts ? await firingAlerts(tx, { ring, connectorType: deployment.connectorType }) : [],
    rollbackTested: deployment.evidence.rollback_plan?.tested === true,
    last: nextRing(ring, deployment.targetRing) === undefined,
  }
}
