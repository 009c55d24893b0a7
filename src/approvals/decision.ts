import { asc, eq, sql } from "drizzle-orm"
import type { Database, Transaction } from "../db/client.ts"
import { violatedConstraint } from "../db/errors.ts"
import { deployments } from "../db/schema.ts"
import { approvals } from "../db/schema-gates.ts"
import { type LockedDeployment, mustLock } from "../deployments/lock.ts"
import { mustAllow } from "../deployments/state.ts"
import { AppError } from "../lib/errors.ts"
import type { Caller } from "../lib/principal.ts"
import type { Decision } from "./types.ts"

/** A deployment that waits for a decision, and those that were made. */
export interface OpenRequest {
  readonly deployment: LockedDeployment
  readonly decisions: readonly Decision[]
}

const { approver, decision, rationale, conditions, controls, at } = approvals
export const decisionColumns = { approver, decision, rationale, conditions, controls, at }

/** All decisions on a deployment, oldest first. */
export function decisionsOn(db: Database | Transaction, deploymentId: string): Promise<Decision[]> {
  return db
    .select(decisionColumns)
    .from(approvals)
    .where(eq(approvals.deploymentId, deploymentId))
    .orderBy(asc(approvals.at), asc(approvals.id))
}

/** People are compared, not spellings of their names. */
export function isSamePerson(one: string, other: string): boolean {
  return folded(one) === folded(other)
}

const folded = (name: string) => name.normalize("NFKC").toLowerCase()

/**
 * Locks a deployment that the caller may still decide on.
 * Throws AppError `not_found`, `already_decided`, `invalid_transition` (also when its time is up).
 */
export async function openForDecision(
  tx: Transaction,
  caller: Caller,
  id: string,
  becoming: "APPROVED" | "REJECTED",
): Promise<OpenRequest> {
  const deployment = await mustLock(tx, id, caller)
  const decisions = await decisionsOn(tx, id)
  if (decisions.some((made) => isSamePerson(made.approver, caller.principal.name))) throw decidedAlready(caller)
  mustAllow(deployment.status, becoming)
  await mustBeInTime(tx, deployment)
  return { deployment, decisions }
}

/** What has expired is rejected by a task; until that has come by it can be decided no longer either. */
async function mustBeInTime(tx: Transaction, { id, approvalExpiresAt }: LockedDeployment): Promise<void> {
  const inTime = sql`${deployments.id} = ${id} AND coalesce(approval_expires_at > now(), true)`
  const [row] = await tx.select({ id: deployments.id }).from(deployments).where(inTime)
  if (row !== undefined) return
  throw new AppError("invalid_transition", `The time to decide on it was up at ${approvalExpiresAt?.toISOString()}.`)
}

/** Writes a decision down. What the database refuses although the verb did not is told as the verb would have. */
export async function writeDecision(
  tx: Transaction,
  caller: Caller,
  deploymentId: string,
  made: Omit<Decision, "approver" | "at">,
): Promise<Decision> {
  try {
    const row = { ...made, deploymentId, approver: caller.principal.name }
    const [written] = await tx.insert(approvals).values(row).returning(decisionColumns)
    if (written === undefined) throw new Error("an inserted decision was not returned")
    return written
  } catch (thrown) {
    throw refusals[violatedConstraint(thrown) ?? ""]?.(caller, thrown) ?? thrown
  }
}

const refusals: Readonly<Record<string, (caller: Caller, cause: unknown) => AppError>> = {
  approvals_once: decidedAlready,
  approvals_four_eyes: ownDeployment,
}

function decidedAlready({ principal }: Caller, cause?: unknown): AppError {
  return new AppError("already_decided", `${principal.name} has decided on this deployment already.`, { cause })
}

/** Four eyes: whoever submitted it. */
export function ownDeployment({ principal }: Caller, cause?: unknown): AppError {
  return new AppError("four_eyes", `${principal.name} submitted this deployment, and may not approve it.`, { cause })
}
