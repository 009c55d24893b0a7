import { and, eq, inArray, sql } from "drizzle-orm"
import type { DeviceCounts } from "../connectors/types.ts"
import type { Transaction } from "../db/client.ts"
import { operations, rollouts } from "../db/schema.ts"
import { eventContext, finishDeployment } from "../deployments/finish.ts"
import { type LockedDeployment, lockDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import { appendEvents } from "../events/append.ts"
import { enginePrincipal } from "../lib/principal.ts"
import type { TaskPayloads } from "../tasks/queues.ts"
import { ringPromotion } from "../telemetry/domain-counts.ts"
import { withSpan } from "../telemetry/trace.ts"
import { type ConnectorCall, callFor } from "./operation.ts"
import { nextRing, type Ring } from "./rings.ts"
import { type RingVerdict, ringVerdict } from "./verdict.ts"

type PollTask = TaskPayloads["poll-ring"]

/** What to ask the back end about the ring; undefined when the poll is a late one. */
export function openPoll(domain: Domain, task: PollTask): Promise<ConnectorCall | undefined> {
  return domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    const [current] = await tx.select({ sequence: rollouts.sequence }).from(rollouts).where(ringOf(task))
    if (deployment?.status !== "DEPLOYING" || current?.sequence !== task.sequence) return undefined
    const [operation] = await tx
      .select({ reference: operations.reference })
      .from(operations)
      .where(
        and(
          eq(operations.deploymentId, task.deploymentId),
          eq(operations.ring, task.ring),
          eq(operations.operation, "deploy"),
        ),
      )
    return operation && callFor(tx, deployment, task.ring, operation.reference)
  })
}

/**
 * Writes a measurement down and does what follows from it: the next poll, the next ring, or the end. A late run of an
 * old poll finds another sequence and changes nothing.
 */
export async function recordPoll(domain: Domain, task: PollTask, counts: DeviceCounts): Promise<void> {
  await domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment?.status !== "DEPLOYING") return
    const elapsed = await writeCounts(tx, task, counts)
    if (elapsed === undefined) return
    const verdict = ringVerdict(counts, domain.policies[task.ring], elapsed)
    if (verdict.kind === "wait") await pollAgain(tx, domain, deployment, task)
    else await closeRing(tx, domain, deployment, task.ring, verdict)
  })
}

const ringOf = (task: { readonly deploymentId: string; readonly ring: Ring }) =>
  and(eq(rollouts.deploymentId, task.deploymentId), eq(rollouts.ring, task.ring))

/** Seconds since the ring started; undefined when the poll is a late one. */
async function writeCounts(tx: Transaction, task: PollTask, counts: DeviceCounts): Promise<number | undefined> {
  const [written] = await tx
    .update(rollouts)
    .set({ ...counts, sequence: task.sequence + 1 })
    .where(and(ringOf(task), eq(rollouts.state, "deploying"), eq(rollouts.sequence, task.sequence)))
    .returning({ elapsed: sql<number>`extract(epoch FROM now() - started_at)::float8` })
  return written?.elapsed
}

async function pollAgain(tx: Transaction, domain: Domain, deployment: LockedDeployment, task: PollTask) {
  await domain.tasks.enqueue(
    tx,
    "poll-ring",
    { deploymentId: task.deploymentId, ring: task.ring, sequence: task.sequence + 1, attempt: 0 },
    { correlationId: deployment.correlationId, delaySeconds: domain.policies[task.ring].pollIntervalSeconds },
  )
}

/** The stage that ends a ring: a span in the deployment's own trace, whichever poll found it. */
function closeRing(
  tx: Transaction,
  domain: Domain,
  deployment: LockedDeployment,
  ring: Ring,
  verdict: Exclude<RingVerdict, { kind: "wait" }>,
): Promise<void> {
  const attributes = {
    "deployment.id": deployment.id,
    "deployment.name": deployment.appName,
    "eucora.ring": ring,
    "eucora.connector": deployment.connectorType,
    "eucora.outcome": verdict.kind,
  }
  const stage = async () => {
    if (verdict.kind === "failed") return failDeployment(tx, domain, deployment, `${ring}: ${verdict.reason}`)
    await tx
      .update(rollouts)
      .set({ state: "succeeded", finishedAt: sql`now()` })
      .where(ringOf({ deploymentId: deployment.id, ring }))
    await goOn(tx, domain, deployment, ring)
  }
  const parent = deployment.traceparent ?? undefined
  const links = deployment.stageTraceparent === null ? [] : [deployment.stageTraceparent]
  return withSpan("ring.rollout", attributes, stage, { parent, links })
}

/** To the next ring, or, after the last one, to COMPLETED. */
async function goOn(tx: Transaction, domain: Domain, deployment: LockedDeployment, ring: Ring): Promise<void> {
  const next = nextRing(ring, deployment.targetRing)
  if (next === undefined) {
    const event = { type: "DEPLOYMENT_COMPLETED", data: { ring } } as const
    await finishDeployment(tx, domain, deployment, {
      status: "COMPLETED",
      principal: enginePrincipal,
      event,
      reason: null,
    })
    return
  }
  const event = { type: "RING_PROMOTED", data: { from: ring, to: next } } as const
  const promoted = ringPromotion.add(1, { from_ring: ring, to_ring: next, status: "promoted" })
  await appendEvents(tx, eventContext(deployment, enginePrincipal), [event], [promoted])
  const payload = { deploymentId: deployment.id, ring: next, attempt: 0 }
  await domain.tasks.enqueue(tx, "deploy-to-ring", payload, { correlationId: deployment.correlationId })
}

/** Ends a deployment, and the ring it is in, as FAILED; the reason is served and stands in its event. */
export async function failDeployment(
  tx: Transaction,
  domain: Domain,
  deployment: LockedDeployment,
  reason: string,
): Promise<void> {
  await tx
    .update(rollouts)
    .set({ state: "failed", finishedAt: sql`now()` })
    .where(and(eq(rollouts.deploymentId, deployment.id), inArray(rollouts.state, ["deploying", "rolling_back"])))
  const event = { type: "DEPLOYMENT_FAILED", data: { ring: deployment.currentRing, reason } } as const
  await finishDeployment(tx, domain, deployment, { status: "FAILED", principal: enginePrincipal, event, reason })
}
