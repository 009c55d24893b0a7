import { and, desc, eq, ne, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments, rollouts } from "../db/schema.ts"
import { dispatchDeployment } from "../deployments/dispatch.ts"
import { eventContext } from "../deployments/finish.ts"
import { type LockedDeployment, lockDeployment } from "../deployments/lock.ts"
import { inStage } from "../deployments/stage.ts"
import type { Domain } from "../domain.ts"
import { appendEvents, type NewEvent } from "../events/append.ts"
import { enginePrincipal } from "../lib/principal.ts"
import type { TaskPayloads } from "../tasks/queues.ts"
import { type ConnectorCall, openOperation } from "./operation.ts"
import { newestVersion } from "./policies.ts"
import { nextRing, type Ring, rings } from "./rings.ts"
import { slotTaken, wakeWaiting } from "./slot.ts"

/**
 * Takes the ring's slot for the deployment and answers what the back end is to be asked; undefined when there is nothing
 * to do: it is too early, held, or the ring is taken and the deployment waits; the effect is known to have happened; or
 * the task is a late one.
 */
export function startRing(domain: Domain, task: TaskPayloads["deploy-to-ring"]) {
  return domain.db.transaction(async (tx): Promise<ConnectorCall | undefined> => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment === undefined) return undefined
    if (mayEnter(deployment, task.ring)) {
      if (deployment.heldAt !== null || !(await findsRoom(tx, domain, deployment, task.ring))) return undefined
      await enter(tx, domain, deployment, task.ring)
    } else if (deployment.status !== "DEPLOYING" || deployment.currentRing !== task.ring) return undefined
    return openOperation(tx, deployment, { ...task, operation: "deploy" })
  })
}

/** Into the first ring from APPROVED or PENDING, into a later one from the ring before it once that was promoted. */
function mayEnter(deployment: LockedDeployment, ring: Ring): boolean {
  const { status, currentRing, targetRing } = deployment
  if (currentRing === null) return ring === rings[0] && (status === "APPROVED" || status === "PENDING")
  return status === "DEPLOYING" && nextRing(currentRing, targetRing) === ring
}

/** Whether it may go in now; who is too early, or finds the ring taken, waits and is sent again. */
async function findsRoom(tx: Transaction, domain: Domain, deployment: LockedDeployment, ring: Ring): Promise<boolean> {
  const early = deployment.currentRing === null ? await secondsUntil(tx, deployment.id) : 0
  if (early > 0) {
    await wait(tx, deployment, { ring, not_before: deployment.notBefore })
    await dispatchDeployment(tx, domain, deployment, ring, early)
    return false
  }
  if (!(await slotTaken(tx, deployment, ring))) return true
  await wait(tx, deployment, { ring })
  return false
}

/** How long before its `not_before` it is, by the database's clock. */
async function secondsUntil(tx: Transaction, id: string): Promise<number> {
  const [row] = await tx
    .select({ seconds: sql<number>`coalesce(extract(epoch FROM not_before - now()), 0)::float8` })
    .from(deployments)
    .where(eq(deployments.id, id))
  return row?.seconds ?? 0
}

async function wait(tx: Transaction, deployment: LockedDeployment, data: NewEvent["data"] & object): Promise<void> {
  if (deployment.waitingSince !== null) return
  const status = deployment.status === "APPROVED" ? "PENDING" : deployment.status
  await tx.update(deployments).set({ status, waitingSince: sql`now()` }).where(eq(deployments.id, deployment.id))
  await appendEvents(tx, eventContext(deployment, enginePrincipal), [{ type: "DEPLOYMENT_WAITING", data }])
}

/** The ring's beginning is a stage of the deployment's story. */
function enter(tx: Transaction, domain: Domain, deployment: LockedDeployment, ring: Ring): Promise<void> {
  const first = deployment.currentRing === null
  return inStage(tx, "ring.rollout", deployment, { "eucora.ring": ring }, async () => {
    const previousVersion = await versionIn(tx, deployment, ring)
    await tx
      .update(deployments)
      .set({
        status: "DEPLOYING",
        currentRing: ring,
        startedAt: sql`coalesce(started_at, now())`,
        policyVersion: deployment.policyVersion ?? (await newestVersion(tx, domain.ringProfile)),
        // Time that was spent waiting before the first ring is no part of the work; later it is taken out again.
        idleSeconds: first ? 0 : sql`idle_seconds + coalesce(extract(epoch FROM now() - waiting_since), 0)`,
        waitingSince: null,
      })
      .where(eq(deployments.id, deployment.id))
    await tx.insert(rollouts).values({ deploymentId: deployment.id, ring, state: "deploying", previousVersion })
    const started: NewEvent[] = first ? [{ type: "DEPLOYMENT_STARTED" }] : []
    const event: NewEvent = { type: "RING_STARTED", data: { ring, previousVersion } }
    await appendEvents(tx, eventContext(deployment, enginePrincipal), [...started, event])
    if (deployment.currentRing !== null) await wakeWaiting(tx, domain, deployment.applicationId, deployment.currentRing)
  })
}

/** The version to go back to: that of the application's last completed deployment in the ring; null when there is none. */
async function versionIn(tx: Transaction, deployment: LockedDeployment, ring: Ring): Promise<string | null> {
  const [last] = await tx
    .select({ version: deployments.version })
    .from(rollouts)
    .innerJoin(deployments, eq(deployments.id, rollouts.deploymentId))
    .where(
      and(
        eq(deployments.applicationId, deployment.applicationId),
        ne(deployments.id, deployment.id),
        eq(deployments.status, "COMPLETED"),
        eq(rollouts.ring, ring),
        eq(rollouts.state, "succeeded"),
      ),
    )
    .orderBy(desc(rollouts.startedAt))
    .limit(1)
  return last?.version ?? null
}
