import { and, desc, eq, ne, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments, rollouts } from "../db/schema.ts"
import { eventContext } from "../deployments/finish.ts"
import { type LockedDeployment, lockDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import { appendEvents, type NewEvent } from "../events/append.ts"
import { enginePrincipal } from "../lib/principal.ts"
import type { TaskPayloads } from "../tasks/queues.ts"
import { currentTraceparent } from "../telemetry/trace.ts"
import { type ConnectorCall, openOperation } from "./operation.ts"
import { nextRing, type Ring, rings } from "./rings.ts"
import { slotTaken, wakeWaiting } from "./slot.ts"

/**
 * Takes the ring's slot for the deployment and answers what the back end is to be asked; undefined when there is nothing
 * to do: the ring is taken and the deployment waits, the effect is known to have happened, or the task is a late one.
 */
export function startRing(domain: Domain, task: TaskPayloads["deploy-to-ring"]) {
  return domain.db.transaction(async (tx): Promise<ConnectorCall | undefined> => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment === undefined) return undefined
    if (mayEnter(deployment, task.ring)) {
      if (await slotTaken(tx, deployment, task.ring)) {
        await wait(tx, deployment, task.ring)
        return undefined
      }
      await enter(tx, domain, deployment, task.ring)
    } else if (deployment.status !== "DEPLOYING" || deployment.currentRing !== task.ring) return undefined
    return openOperation(tx, deployment, { ...task, operation: "deploy" })
  })
}

/** Into the first ring from APPROVED or PENDING, into a later one from the ring before it once that has succeeded. */
function mayEnter(deployment: LockedDeployment, ring: Ring): boolean {
  const { status, currentRing, targetRing } = deployment
  if (currentRing === null) return ring === rings[0] && (status === "APPROVED" || status === "PENDING")
  return status === "DEPLOYING" && nextRing(currentRing, targetRing) === ring
}

async function wait(tx: Transaction, deployment: LockedDeployment, ring: Ring): Promise<void> {
  if (deployment.waitingSince !== null) return
  const status = deployment.status === "APPROVED" ? "PENDING" : deployment.status
  await tx.update(deployments).set({ status, waitingSince: sql`now()` }).where(eq(deployments.id, deployment.id))
  const event: NewEvent = { type: "DEPLOYMENT_WAITING", data: { ring } }
  await appendEvents(tx, eventContext(deployment, enginePrincipal), [event])
}

async function enter(tx: Transaction, domain: Domain, deployment: LockedDeployment, ring: Ring): Promise<void> {
  const first = deployment.currentRing === null
  const previousVersion = await versionIn(tx, deployment, ring)
  await tx
    .update(deployments)
    .set({
      status: "DEPLOYING",
      currentRing: ring,
      startedAt: sql`coalesce(started_at, now())`,
      // Time that was spent waiting before the first ring is no part of the work; later it is taken out again.
      idleSeconds: first ? 0 : sql`idle_seconds + coalesce(extract(epoch FROM now() - waiting_since), 0)`,
      waitingSince: null,
      stageTraceparent: currentTraceparent() ?? null,
    })
    .where(eq(deployments.id, deployment.id))
  await tx.insert(rollouts).values({ deploymentId: deployment.id, ring, state: "deploying", previousVersion })
  const started: NewEvent[] = first ? [{ type: "DEPLOYMENT_STARTED" }] : []
  const event: NewEvent = { type: "RING_STARTED", data: { ring, previousVersion } }
  await appendEvents(tx, eventContext(deployment, enginePrincipal), [...started, event])
  if (deployment.currentRing !== null) await wakeWaiting(tx, domain, deployment.applicationId, deployment.currentRing)
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
