import { and, eq, isNull, sql } from "drizzle-orm"
import type { ConnectorType, RolloutRequest } from "../connectors/types.ts"
import type { Transaction } from "../db/client.ts"
import { operations, rollouts } from "../db/schema.ts"
import type { LockedDeployment } from "../deployments/lock.ts"
import type { Ring } from "./rings.ts"

/** One effect on a back end. */
interface OperationKey {
  readonly deploymentId: string
  readonly ring: Ring
  readonly operation: "deploy" | "rollback"
}

/** Fences a task: the attempt it was made for. */
export interface OperationAttempt extends OperationKey {
  readonly attempt: number
}

/** Which back end is to be asked, and what. */
export interface ConnectorCall {
  readonly connectorType: ConnectorType
  readonly request: RolloutRequest
}

const key = (of: OperationKey) =>
  and(
    eq(operations.deploymentId, of.deploymentId),
    eq(operations.ring, of.ring),
    eq(operations.operation, of.operation),
  )

/**
 * Makes the operation's row on the first attempt and answers what to ask the back end; undefined when the effect is
 * known to have happened or the task belongs to an older attempt.
 */
export async function openOperation(
  tx: Transaction,
  deployment: LockedDeployment,
  attempt: OperationAttempt,
): Promise<ConnectorCall | undefined> {
  const reference = `eucora-${attempt.deploymentId}-${attempt.ring}-${attempt.operation}`.toLowerCase()
  await tx
    .insert(operations)
    .values({ deploymentId: attempt.deploymentId, ring: attempt.ring, operation: attempt.operation, reference })
    .onConflictDoNothing()
  const [row] = await tx.select().from(operations).where(key(attempt))
  if (row === undefined || row.doneAt !== null || row.attempts !== attempt.attempt) return undefined
  return callFor(tx, deployment, attempt.ring, row.reference)
}

/** What a back end is asked about a ring, with its id of the roll-out when that is known. */
export async function callFor(
  tx: Transaction,
  deployment: LockedDeployment,
  ring: Ring,
  reference: string,
): Promise<ConnectorCall> {
  const [row] = await tx
    .select({ previousVersion: rollouts.previousVersion, externalId: operations.externalId })
    .from(rollouts)
    .leftJoin(operations, key({ deploymentId: deployment.id, ring, operation: "deploy" }))
    .where(and(eq(rollouts.deploymentId, deployment.id), eq(rollouts.ring, ring)))
  const { appName, version, connectorType } = deployment
  const previousVersion = row?.previousVersion ?? undefined
  const externalId = row?.externalId ?? undefined
  return { connectorType, request: { reference, appName, version, ring, previousVersion, externalId } }
}

/** Writes down that the effect has happened; false when that was known already or the attempt is not the newest. */
export async function closeOperation(tx: Transaction, attempt: OperationAttempt, externalId: string): Promise<boolean> {
  const closed = await tx
    .update(operations)
    .set({ externalId, doneAt: sql`now()` })
    .where(and(key(attempt), isNull(operations.doneAt), eq(operations.attempts, attempt.attempt)))
    .returning({ reference: operations.reference })
  return closed.length > 0
}

/** Counts a failed attempt; false when somebody else did, or the effect has happened. */
export async function countAttempt(tx: Transaction, attempt: OperationAttempt): Promise<boolean> {
  const counted = await tx
    .update(operations)
    .set({ attempts: attempt.attempt + 1 })
    .where(and(key(attempt), isNull(operations.doneAt), eq(operations.attempts, attempt.attempt)))
    .returning({ attempts: operations.attempts })
  return counted.length > 0
}
