import { and, eq } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import { dispatchDeployment } from "../deployments/dispatch.ts"
import { eventContext } from "../deployments/finish.ts"
import { deploymentColumns, readDeployment, toDeployment } from "../deployments/row.ts"
import { inStage } from "../deployments/stage.ts"
import type { Deployment } from "../deployments/types.ts"
import type { Domain } from "../domain.ts"
import { appendEvents, type NewEvent } from "../events/append.ts"
import { AppError } from "../lib/errors.ts"
import type { Caller } from "../lib/principal.ts"
import { deploymentApprovalWait } from "../telemetry/domain-counts.ts"
import { isSamePerson, type OpenRequest, openForDecision, ownDeployment, writeDecision } from "./decision.ts"
import { approvalTier, endOfControl } from "./tiers.ts"
import type { Approval, Decision } from "./types.ts"

/**
 * One person's approval. The last one that it needs clears the deployment and sends it on its way.
 * Throws AppError `not_found`, `four_eyes`, `already_decided`, `invalid_transition`, `controls_required`.
 */
export function approveDeployment(domain: Domain, caller: Caller, id: string, approval: Approval): Promise<Deployment> {
  return domain.db.transaction(async (tx) => {
    const request = await openForDecision(tx, caller, id, "APPROVED")
    const { deployment } = request
    if (isSamePerson(caller.principal.name, deployment.submitter)) throw ownDeployment(caller)
    const attributes = {
      "eucora.approval.decision": approval.decision,
      "eucora.approval.approver": caller.principal.name,
    }
    return inStage(tx, "deployment.approve", deployment, attributes, () =>
      decide(tx, domain, caller, request, approval),
    )
  })
}

async function decide(
  tx: Transaction,
  domain: Domain,
  caller: Caller,
  { deployment, decisions }: OpenRequest,
  approval: Approval,
): Promise<Deployment> {
  const own = await writeDecision(tx, caller, deployment.id, approval)
  const given = [...decisions, own]
  const { approvalsRequired: required, targetRing: ring } = deployment
  const cleared = given.length >= required
  if (cleared) mustHaveControls(deployment, given, own.at)
  const approved: NewEvent = { type: "CAB_APPROVED", data: { ...approval, approvals: given.length, required } }
  const approvers = given.map(({ approver }) => approver)
  const clearance: NewEvent = { type: "DEPLOYMENT_APPROVED", data: { automatic: false, approvers } }
  const waited = deploymentApprovalWait.record(secondsBetween(deployment.createdAt, own.at), {
    ring,
    decision: "approved",
  })
  await appendEvents(
    tx,
    eventContext(deployment, caller.principal.name),
    cleared ? [approved, clearance] : [approved],
    cleared ? [waited] : [],
  )
  return cleared ? clear(tx, domain, deployment.id) : readDeployment(tx, deployment.id)
}

/** One that still holds at the time of the last approval, whoever named it. */
function mustHaveControls(
  { riskScore: score, requiresCab }: OpenRequest["deployment"],
  given: readonly Decision[],
  now: Date,
): void {
  if (!approvalTier({ score, requiresCab }).controlRequired) return
  if (given.some(({ controls, at }) => controls.some(({ expiresInDays }) => endOfControl(at, expiresInDays) > now)))
    return
  throw new AppError("controls_required", `A score of ${score} asks for at least one compensating control.`, {
    fields: [{ field: "controls", message: "must name at least one" }],
  })
}

const secondsBetween = (from: Date, to: Date) => Math.max(0, (to.getTime() - from.getTime()) / 1_000)

async function clear(tx: Transaction, domain: Domain, id: string): Promise<Deployment> {
  const [row] = await tx
    .update(deployments)
    .set({ status: "APPROVED" })
    .where(and(eq(deployments.id, id), eq(deployments.status, "AWAITING_CAB")))
    .returning(deploymentColumns())
  if (row === undefined) throw new Error("a locked deployment changed its status")
  const deployment = toDeployment(row)
  await dispatchDeployment(tx, domain, deployment)
  return deployment
}
