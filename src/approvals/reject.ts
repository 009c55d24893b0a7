import type { Transaction } from "../db/client.ts"
import { eventContext, finishDeployment } from "../deployments/finish.ts"
import type { LockedDeployment } from "../deployments/lock.ts"
import { inStage } from "../deployments/stage.ts"
import type { Deployment } from "../deployments/types.ts"
import type { Domain } from "../domain.ts"
import { appendEvents } from "../events/append.ts"
import type { Caller } from "../lib/principal.ts"
import { deploymentApprovalWait } from "../telemetry/domain-counts.ts"
import { openForDecision, writeDecision } from "./decision.ts"

/**
 * One person's rejection ends the request, also when it is the submitter's own or others have approved before.
 * Throws AppError `not_found`, `already_decided`, `invalid_transition`.
 */
export function rejectDeployment(domain: Domain, caller: Caller, id: string, rationale: string): Promise<Deployment> {
  return domain.db.transaction(async (tx) => {
    const { deployment } = await openForDecision(tx, caller, id, "REJECTED")
    const { name } = caller.principal
    const attributes = { "eucora.approval.decision": "rejected", "eucora.approval.approver": name }
    return inStage(tx, "deployment.approve", deployment, attributes, async () => {
      await writeDecision(tx, caller, id, { decision: "rejected", rationale, conditions: [], controls: [] })
      return endRequest(tx, domain, deployment, { decision: "rejected", principal: name, reason: rationale })
    })
  })
}

/** How a request ends without a clearance, in whose name and why. */
interface Refusal {
  readonly decision: "rejected" | "expired"
  readonly principal: string
  readonly reason: string
}

/** Rejects the deployment and records how long it waited for that. */
export async function endRequest(
  tx: Transaction,
  domain: Domain,
  deployment: LockedDeployment,
  { decision, principal, reason }: Refusal,
): Promise<Deployment> {
  const event = { type: "CAB_REJECTED", data: { decision, reason } } as const
  const ended = await finishDeployment(tx, domain, deployment, { status: "REJECTED", principal, event, reason })
  const waited = Math.max(0, ((ended.finishedAt?.getTime() ?? 0) - ended.createdAt.getTime()) / 1_000)
  const point = deploymentApprovalWait.record(waited, { ring: deployment.targetRing, decision })
  await appendEvents(tx, eventContext(deployment, principal), [], [point])
  return ended
}
