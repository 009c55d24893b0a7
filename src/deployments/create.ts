import { eq, sql } from "drizzle-orm"
import { registerApplication } from "../applications/register.ts"
import { approvalTier, reviewHours } from "../approvals/tiers.ts"
import type { Transaction } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import type { Domain } from "../domain.ts"
import { appendEvents, type NewEvent } from "../events/append.ts"
import { claimKey, type IdempotencyKey } from "../idempotency/claim.ts"
import { AppError } from "../lib/errors.ts"
import type { Caller } from "../lib/principal.ts"
import { ringsUpTo } from "../rings/rings.ts"
import { assessDeployment } from "../risk/assess-deployment.ts"
import { evidenceSha256 } from "../risk/evidence.ts"
import type { Assessment } from "../risk/score.ts"
import { deploymentSubmitted, riskScoreDistribution } from "../telemetry/domain-counts.ts"
import { currentTraceparent, setSpanAttributes, withSpan } from "../telemetry/trace.ts"
import { dispatchDeployment } from "./dispatch.ts"
import { deploymentColumns, toDeployment } from "./row.ts"
import type { Deployment, NewDeployment } from "./types.ts"

export interface Created {
  readonly deployment: Deployment
  /** True when the key had been used for the same request before, and this is the answer it was given. */
  readonly replayed: boolean
}

/**
 * Submits a deployment: scores its risk and sends it on its way, or to the approvers when the score asks for it.
 * Throws AppError `connector_not_configured`, `evidence_blocked`, `idempotency_mismatch`, `idempotency_in_flight`.
 */
export function createDeployment(
  domain: Domain,
  caller: Caller,
  input: NewDeployment,
  idempotency?: IdempotencyKey,
): Promise<Created> {
  const attributes = {
    "deployment.name": input.appName,
    "eucora.ring": input.targetRing,
    "eucora.connector": input.connectorType,
  }
  return withSpan("deployment.create", attributes, () =>
    domain.db.transaction(async (tx) => {
      const claim = idempotency && (await claimKey(tx, caller.principal.name, idempotency))
      if (claim?.replayed === true) return { deployment: await asCreated(tx, claim.deploymentId), replayed: true }
      return { deployment: await submit(tx, domain, caller, input, claim?.deploymentId), replayed: false }
    }),
  )
}

/** Every ring on the way has to be one that the back end knows, or the deployment would stop half-way. */
function mustBeMapped(domain: Domain, { connectorType, targetRing }: NewDeployment): void {
  const connector = domain.connectors.get(connectorType)
  const missing = ringsUpTo(targetRing).find((ring) => connector?.covers(ring) !== true)
  if (missing === undefined) return
  const problem =
    connector === undefined ? `${connectorType} is not configured` : `${connectorType} has no group for ring ${missing}`
  const field = connector === undefined ? "connector_type" : "target_ring"
  throw new AppError("connector_not_configured", `This deployment cannot be carried out: ${problem}.`, {
    fields: [{ field, message: problem }],
  })
}

async function submit(
  tx: Transaction,
  domain: Domain,
  caller: Caller,
  input: NewDeployment,
  id: string | undefined,
): Promise<Deployment> {
  mustBeMapped(domain, input)
  const application = await registerApplication(tx, input.appName, domain.appLabelLimit)
  const assessment = await assessDeployment(tx, application.id, input)
  const { approvals } = approvalTier(assessment)
  const { urgent: _, ...asked } = input
  const [row] = await tx
    .insert(deployments)
    .values({
      id: id ?? sql`DEFAULT`,
      applicationId: application.id,
      ...asked,
      status: assessment.requiresCab ? "AWAITING_CAB" : "APPROVED",
      riskScore: assessment.score,
      riskModelVersion: assessment.modelVersion,
      riskAssessment: assessment,
      requiresCab: assessment.requiresCab,
      submitter: caller.principal.name,
      correlationId: caller.correlationId,
      evidenceSha256: evidenceSha256(input.evidence),
      approvalsRequired: approvals,
      approvalExpiresAt:
        approvals === 0
          ? null
          : sql`now() + make_interval(hours => ${reviewHours[input.urgent ? "urgent" : "regular"]})`,
      traceparent: currentTraceparent() ?? null,
      stageTraceparent: currentTraceparent() ?? null,
    })
    .returning(deploymentColumns())
  if (row === undefined) throw new Error("an inserted deployment was not returned")
  const deployment = toDeployment(row)
  setSpanAttributes({ "deployment.id": deployment.id })
  await record(tx, caller, deployment, assessment)
  if (!deployment.requiresCab) await dispatchDeployment(tx, domain, deployment)
  return deployment
}

async function record(tx: Transaction, caller: Caller, deployment: Deployment, assessment: Assessment): Promise<void> {
  const { id, appName, version, targetRing, connectorType } = deployment
  const requiresCab = deployment.requiresCab ? "true" : "false"
  const events: NewEvent[] = [
    { type: "DEPLOYMENT_CREATED", data: { appName, version, targetRing, connectorType } },
    {
      type: "RISK_ASSESSED",
      data: { score: assessment.score, model: assessment.modelVersion, missing: assessment.missing },
    },
    deployment.requiresCab
      ? { type: "CAB_SUBMITTED" }
      : { type: "DEPLOYMENT_APPROVED", data: { automatic: true, score: assessment.score } },
  ]
  const context = { subjectType: "deployment", subjectId: id, principal: caller.principal.name } as const
  await appendEvents(tx, { ...context, correlationId: caller.correlationId }, events, [
    deploymentSubmitted.add(1, { ring: targetRing, requires_cab: requiresCab }),
    riskScoreDistribution.record(assessment.score, { requires_cab: requiresCab }),
  ])
}

/** The deployment as it was answered when it was made: what has changed since then is put back. */
async function asCreated(tx: Transaction, id: string): Promise<Deployment> {
  const [row] = await tx.select(deploymentColumns()).from(deployments).where(eq(deployments.id, id))
  if (row === undefined) throw new Error("an idempotency key names no deployment")
  const status = row.requiresCab ? "AWAITING_CAB" : "APPROVED"
  const notYet = {
    currentRing: null,
    outcome: null,
    reason: null,
    startedAt: null,
    finishedAt: null,
    heldAt: null,
    heldReason: null,
    policyVersion: null,
  }
  return { ...toDeployment(row), ...notYet, status }
}
