import { randomUUID } from "node:crypto"
import { and, desc, eq, gt, inArray, ne, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments, rollouts } from "../db/schema.ts"
import { finishDeployment } from "../deployments/finish.ts"
import { type LockedDeployment, lockDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import { enginePrincipal } from "../lib/principal.ts"
import type { TaskPayloads } from "../tasks/queues.ts"
import { type ConnectorCall, callUnderWay, closeOperation, openOperation } from "./operation.ts"
import type { Ring } from "./rings.ts"
import { wakeWaiting } from "./slot.ts"

type RollbackTask = TaskPayloads["rollback-ring"]

/**
 * Goes on to the newest ring that the deployment still holds, or ends as ROLLED_BACK when there is none left. Rings that
 * a newer deployment holds meanwhile are passed over. The caller holds the application's lock.
 */
export async function rollBackNext(tx: Transaction, domain: Domain, deployment: LockedDeployment): Promise<void> {
  const held = await tx
    .select({ ring: rollouts.ring, startedAt: rollouts.startedAt })
    .from(rollouts)
    .where(and(eq(rollouts.deploymentId, deployment.id), inArray(rollouts.state, ["succeeded", "passed", "deploying"])))
    .orderBy(desc(rollouts.startedAt))
  for (const { ring, startedAt } of held) {
    const superseded = await heldByNewer(tx, deployment, ring, startedAt)
    await setState(tx, deployment.id, ring, superseded ? "superseded" : "rolling_back")
    if (superseded) continue
    await tx.update(deployments).set({ currentRing: ring }).where(eq(deployments.id, deployment.id))
    if (deployment.currentRing !== null) await wakeWaiting(tx, domain, deployment.applicationId, deployment.currentRing)
    const payload = { deploymentId: deployment.id, ring, attempt: 0, claim: randomUUID() }
    return domain.tasks.enqueue(tx, "rollback-ring", payload, {
      correlationId: deployment.correlationId,
      connectorType: deployment.connectorType,
    })
  }
  const event = { type: "ROLLBACK_COMPLETED", data: { reason: deployment.reason } } as const
  const ending = { status: "ROLLED_BACK", principal: enginePrincipal, event, reason: deployment.reason } as const
  await finishDeployment(tx, domain, deployment, ending)
}

async function heldByNewer(tx: Transaction, deployment: LockedDeployment, ring: Ring, since: Date): Promise<boolean> {
  const [newer] = await tx
    .select({ id: deployments.id })
    .from(rollouts)
    .innerJoin(deployments, eq(deployments.id, rollouts.deploymentId))
    .where(
      and(
        eq(deployments.applicationId, deployment.applicationId),
        ne(deployments.id, deployment.id),
        eq(rollouts.ring, ring),
        ne(rollouts.state, "rolled_back"),
        gt(rollouts.startedAt, since),
      ),
    )
    .limit(1)
  return newer !== undefined
}

async function setState(tx: Transaction, id: string, ring: Ring, state: "superseded" | "rolling_back" | "rolled_back") {
  await tx
    .update(rollouts)
    .set(state === "rolled_back" ? { state, finishedAt: sql`now()` } : { state })
    .where(and(eq(rollouts.deploymentId, id), eq(rollouts.ring, ring)))
}

/** How often it is looked whether a deploy call that was on its way has come to an end. */
const settlingSeconds = 0.5

/**
 * What to ask the back end; undefined when the ring is rolled back already, the task is a late one, or the ring's own
 * deploy call may still be on its way: its effect must not come after that of the roll-back.
 */
export function openRollback(domain: Domain, task: RollbackTask): Promise<ConnectorCall | undefined> {
  return domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment?.status !== "ROLLING_BACK" || deployment.currentRing !== task.ring) return undefined
    if (await callUnderWay(tx, { ...task, operation: "deploy" })) {
      await domain.tasks.enqueue(tx, "rollback-ring", task, {
        correlationId: deployment.correlationId,
        connectorType: deployment.connectorType,
        delaySeconds: settlingSeconds,
      })
      return undefined
    }
    return openOperation(tx, deployment, { ...task, operation: "rollback" })
  })
}

/** Writes down that the ring has gone back, and goes on to the next. */
export async function recordRollback(domain: Domain, task: RollbackTask, externalId: string): Promise<void> {
  await domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment?.status !== "ROLLING_BACK") return
    if (!(await closeOperation(tx, { ...task, operation: "rollback" }, externalId))) return
    await setState(tx, task.deploymentId, task.ring, "rolled_back")
    await rollBackNext(tx, domain, deployment)
  })
}
