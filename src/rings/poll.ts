import { and, eq, sql } from "drizzle-orm"
import type { DeviceCounts } from "../connectors/types.ts"
import type { Transaction } from "../db/client.ts"
import { operations, rollouts } from "../db/schema.ts"
import { type LockedDeployment, lockDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import type { TaskPayloads } from "../tasks/queues.ts"
import { gatherEvidence, ringOf } from "./evidence.ts"
import { complies, judge } from "./gate.ts"
import { type ConnectorCall, callFor } from "./operation.ts"
import { policyFor } from "./policies.ts"
import type { RingPolicy } from "./policy.ts"

type PollTask = TaskPayloads["poll-ring"]

/** What to ask the back end about the ring; undefined when the poll is a late one. */
export function openPoll(domain: Domain, task: PollTask): Promise<ConnectorCall | undefined> {
  return domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment?.status !== "DEPLOYING" || !(await isNewest(tx, task))) return undefined
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

async function isNewest(tx: Transaction, task: PollTask): Promise<boolean> {
  const [current] = await tx.select({ id: rollouts.deploymentId }).from(rollouts).where(fence(task))
  return current !== undefined
}

/** The row that a poll, or a gate's evaluation, may write to: of the ring that is going on, at its own number. */
const fence = (task: PollTask) =>
  and(ringOf(task), eq(rollouts.state, "deploying"), eq(rollouts.sequence, task.sequence))

/**
 * Writes a measurement down and does what follows from it: the gate is asked when there is something to judge, else the
 * next poll. While a deployment is held it is measured and not judged. A late run of an old poll changes nothing.
 */
export async function recordPoll(domain: Domain, task: PollTask, counts: DeviceCounts): Promise<void> {
  await domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment?.status !== "DEPLOYING") return
    const { policy } = await policyFor(tx, domain.ringProfile, task.ring, deployment.policyVersion)
    if (!(await writeCounts(tx, task, counts, policy))) return
    const next = { ...task, sequence: task.sequence + 1 }
    const judgeable =
      deployment.heldAt === null && judge(await gatherEvidence(tx, deployment, task.ring, policy), policy) !== undefined
    await (judgeable ? askGate(tx, domain, deployment, next) : pollLater(tx, domain, deployment, next, policy))
  })
}

async function writeCounts(
  tx: Transaction,
  task: PollTask,
  counts: DeviceCounts,
  policy: RingPolicy,
): Promise<boolean> {
  const compliant = complies(counts, policy)
  const written = await tx
    .update(rollouts)
    .set({
      ...counts,
      sequence: task.sequence + 1,
      measuredAt: sql`now()`,
      ...(compliant && { compliantAt: sql`coalesce(compliant_at, now())`, soakFrom: sql`coalesce(soak_from, now())` }),
    })
    .where(fence(task))
    .returning({ sequence: rollouts.sequence })
  return written.length > 0
}

/** Takes a number for whoever holds the newest one; false when it is a late one. */
export async function nextSequence(tx: Transaction, task: PollTask): Promise<boolean> {
  const moved = await tx
    .update(rollouts)
    .set({ sequence: task.sequence + 1 })
    .where(fence(task))
    .returning({ sequence: rollouts.sequence })
  return moved.length > 0
}

/** Has the ring measured again, an interval from now. */
export function pollLater(
  tx: Transaction,
  domain: Domain,
  { correlationId, connectorType }: LockedDeployment,
  { deploymentId, ring, sequence }: PollTask,
  policy: RingPolicy,
): Promise<void> {
  const payload = { deploymentId, ring, sequence, attempt: 0 }
  return domain.tasks.enqueue(tx, "poll-ring", payload, {
    correlationId,
    connectorType,
    delaySeconds: policy.pollIntervalSeconds,
  })
}

/** Has the ring judged by what was measured last. */
export function askGate(
  tx: Transaction,
  domain: Domain,
  { correlationId }: { readonly correlationId: string },
  { deploymentId, ring, sequence }: Pick<PollTask, "deploymentId" | "ring" | "sequence">,
): Promise<void> {
  return domain.tasks.enqueue(tx, "evaluate-gate", { deploymentId, ring, sequence, attempt: 0 }, { correlationId })
}
