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

/** Fences a task: the attempt it was made for, and which of several tasks for the same ring it is. */
export interface OperationAttempt extends OperationKey {
  readonly attempt: number
  readonly claim: string
}

/** Longer than any call may take: after it an attempt that nobody has written about is not on its way any more. */
const callSeconds = 35

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

const keyOf = ({ deploymentId, ring, operation }: OperationKey) => ({ deploymentId, ring, operation })

/** What every write repeats: nothing has come of the operation yet, and nobody else is at it. */
const isNewest = (attempt: OperationAttempt) =>
  and(
    key(attempt),
    isNull(operations.doneAt),
    eq(operations.attempts, attempt.attempt),
    eq(operations.claim, attempt.claim),
  )

/**
 * Makes the operation's row on the first attempt and answers what to ask the back end; undefined when the effect is
 * known to have happened, or the task belongs to an older attempt or was not the first to claim the operation.
 */
export async function openOperation(
  tx: Transaction,
  deployment: LockedDeployment,
  attempt: OperationAttempt,
): Promise<ConnectorCall | undefined> {
  const reference = `eucora-${attempt.deploymentId}-${attempt.ring}-${attempt.operation}`.toLowerCase()
  await tx
    .insert(operations)
    .values({ ...keyOf(attempt), reference, claim: attempt.claim })
    .onConflictDoNothing()
  const [row] = await tx
    .update(operations)
    .set({ callingUntil: sql`now() + make_interval(secs => ${callSeconds})` })
    .where(isNewest(attempt))
    .returning({ reference: operations.reference })
  return row && callFor(tx, deployment, attempt.ring, row.reference)
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
    .set({ externalId, doneAt: sql`now()`, callingUntil: null })
    .where(isNewest(attempt))
    .returning({ reference: operations.reference })
  return closed.length > 0
}

/** Counts a failed attempt; false when somebody else did, or the effect has happened. */
export async function countAttempt(tx: Transaction, attempt: OperationAttempt): Promise<boolean> {
  const counted = await tx
    .update(operations)
    .set({ attempts: attempt.attempt + 1, callingUntil: null })
    .where(isNewest(attempt))
    .returning({ attempts: operations.attempts })
  return counted.length > 0
}

/** Whether a call may be on its way to the back end of which nobody knows yet what came of it. */
export async function callUnderWay(tx: Transaction, of: OperationKey): Promise<boolean> {
  const [row] = await tx
    .select({ underWay: sql<boolean>`done_at IS NULL AND coalesce(calling_until > now(), false)` })
    .from(operations)
    .where(key(of))
  return row?.underWay ?? false
}
