import type { Transaction } from "../db/client.ts"
import { rollouts } from "../db/schema.ts"
import { dispatchDeployment } from "../deployments/dispatch.ts"
import { eventContext, finishDeployment } from "../deployments/finish.ts"
import type { LockedDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import { appendEvents } from "../events/append.ts"
import { ringPromotion } from "../telemetry/domain-counts.ts"
import { ringOf } from "./evidence.ts"
import { nextRing, type Ring } from "./rings.ts"

/** Who sends a deployment on, and why if it was not its gate. */
export interface Promotion {
  readonly principal: string
  readonly reason?: string
  /** True when the gate had not passed. */
  readonly overridden?: boolean
}

/** From a ring that is done to the next one, or, after the last, to COMPLETED. */
export async function goOn(
  tx: Transaction,
  domain: Domain,
  deployment: LockedDeployment,
  ring: Ring,
  promotion: Promotion,
): Promise<void> {
  const { principal, ...because } = promotion
  await tx
    .update(rollouts)
    .set({ state: "succeeded" })
    .where(ringOf({ deploymentId: deployment.id, ring }))
  const next = nextRing(ring, deployment.targetRing)
  if (next === undefined) {
    const event = { type: "DEPLOYMENT_COMPLETED", data: { ring, ...because } } as const
    await finishDeployment(tx, domain, deployment, { status: "COMPLETED", principal, event, reason: null })
    return
  }
  const event = { type: "RING_PROMOTED", data: { from: ring, to: next, ...because } } as const
  const promoted = ringPromotion.add(1, { from_ring: ring, to_ring: next, status: "promoted" })
  await appendEvents(tx, eventContext(deployment, principal), [event], [promoted])
  await dispatchDeployment(tx, domain, deployment, next)
}
