import { z } from "@hono/zod-openapi"
import type { Deployment, DeploymentDetail, Page, RingProgress } from "../../deployments/types.ts"
import { rolloutStates } from "../../rings/rings.ts"
import { evidenceSchema } from "../../risk/evidence.ts"
import type { LinkTargets } from "../deps.ts"
import { deploymentCursor } from "./cursor.ts"
import {
  appName,
  connectorType,
  deploymentId,
  deploymentOutcome,
  deploymentStatus,
  orNull,
  ring,
  servedMoment,
  servedMomentOrNull,
  textOf,
  version,
} from "./fields.ts"
import { gateEvaluationBody, gateEvaluationSchema, incidentBody, incidentSchema } from "./gate.ts"
import { linksOf, linksSchema } from "./links.ts"
import { assessmentBody, assessmentSchema } from "./risk.ts"

/** The wire's names are snake_case, ours camelCase: here and in deployment-input.ts one becomes the other. */
export const deploymentSchema = z
  .object({
    id: deploymentId,
    app_name: appName,
    version,
    target_ring: ring,
    current_ring: orNull(ring).openapi({ description: "The ring it is in or ended in; null before the first" }),
    connector_type: connectorType,
    status: deploymentStatus,
    outcome: orNull(deploymentOutcome),
    reason: z.string().nullable().openapi({ description: "Why it stopped; null while nothing stopped it" }),
    risk_score: z.int().min(0).max(100).openapi({ example: 25 }),
    risk_model_version: z.string().openapi({ example: "1.0" }),
    requires_cab: z.boolean(),
    approvals_required: z.int().min(0).max(2).openapi({ description: "People who have to approve it" }),
    approval_expires_at: servedMomentOrNull.openapi({
      description: "Rejected as expired, if it still waits for approval",
    }),
    not_before: servedMomentOrNull.openapi({ description: "Nothing starts before it" }),
    held_at: servedMomentOrNull.openapi({ description: "Since when it is held; null while nothing holds it" }),
    held_reason: z.string().nullable(),
    policy_version: z.int().nullable().openapi({
      description: "The newest ring policy there was when its first ring started: what it is judged by",
    }),
    submitter: z.string().openapi({ example: "release-bot" }),
    correlation_id: z.string(),
    evidence_sha256: z.string().openapi({ description: "SHA-256 of the evidence's canonical JSON (RFC 8785)" }),
    created_at: servedMoment,
    started_at: servedMomentOrNull.openapi({ description: "When the first ring started" }),
    finished_at: servedMomentOrNull,
    trace_id: z.string().nullable().openapi({ example: "4bf92f3577b34da6a3ce929d0e0e4736" }),
    demo: z.boolean().openapi({ description: "Demo data: only shown, and nothing can be done with it" }),
    links: linksSchema,
  })
  .openapi("Deployment")

const ringProgressSchema = z
  .object({
    ring,
    state: z.enum(rolloutStates),
    previous_version: z.string().nullable().openapi({ description: "What a roll-back returns to; null removes it" }),
    targeted: z.int(),
    pending: z.int(),
    installed: z.int(),
    failed: z.int(),
    started_at: servedMoment,
    measured_at: servedMomentOrNull.openapi({ description: "When the back end last said how far it is" }),
    compliant_at: servedMomentOrNull.openapi({ description: "When the success rate first passed the gate's" }),
    finished_at: servedMomentOrNull,
  })
  .openapi("RingProgress")

export const deploymentDetailSchema = deploymentSchema
  .extend({
    evidence: evidenceSchema,
    risk: assessmentSchema,
    rings: z.array(ringProgressSchema),
    gates: z.array(gateEvaluationSchema).openapi({
      description: "What the gates said, oldest first: the last one says why it stopped, or why it went on",
    }),
    incidents: z.array(incidentSchema),
  })
  .openapi("DeploymentDetail")

export const deploymentPageSchema = z
  .object({
    items: z.array(deploymentSchema),
    next: z.string().nullable().openapi({ description: "Send it as `cursor` for the next page; null on the last" }),
  })
  .openapi("DeploymentPage")

export function deploymentBody(deployment: Deployment, links: LinkTargets): z.input<typeof deploymentSchema> {
  return {
    id: deployment.id,
    app_name: deployment.appName,
    version: deployment.version,
    target_ring: deployment.targetRing,
    current_ring: deployment.currentRing,
    connector_type: deployment.connectorType,
    status: deployment.status,
    outcome: deployment.outcome,
    reason: deployment.reason,
    risk_score: deployment.riskScore,
    risk_model_version: deployment.riskModelVersion,
    requires_cab: deployment.requiresCab,
    approvals_required: deployment.approvalsRequired,
    approval_expires_at: textOf(deployment.approvalExpiresAt),
    not_before: textOf(deployment.notBefore),
    held_at: textOf(deployment.heldAt),
    held_reason: deployment.heldReason,
    policy_version: deployment.policyVersion,
    submitter: deployment.submitter,
    correlation_id: deployment.correlationId,
    evidence_sha256: deployment.evidenceSha256,
    created_at: textOf(deployment.createdAt),
    started_at: textOf(deployment.startedAt),
    finished_at: textOf(deployment.finishedAt),
    trace_id: deployment.traceId,
    demo: deployment.demo,
    links: linksOf(deployment, links),
  }
}

function ringProgressBody(progress: RingProgress): z.input<typeof ringProgressSchema> {
  return {
    ring: progress.ring,
    state: progress.state,
    previous_version: progress.previousVersion,
    targeted: progress.targeted,
    pending: progress.pending,
    installed: progress.installed,
    failed: progress.failed,
    started_at: textOf(progress.startedAt),
    measured_at: textOf(progress.measuredAt),
    compliant_at: textOf(progress.compliantAt),
    finished_at: textOf(progress.finishedAt),
  }
}

export function deploymentDetailBody(detail: DeploymentDetail, links: LinkTargets) {
  return {
    ...deploymentBody(detail, links),
    evidence: detail.evidence,
    risk: assessmentBody(detail.risk),
    rings: detail.rings.map(ringProgressBody),
    gates: detail.gates.map(gateEvaluationBody),
    incidents: detail.incidents.map(incidentBody),
  }
}

export function deploymentPageBody(page: Page<Deployment>, links: LinkTargets) {
  return {
    items: page.items.map((deployment) => deploymentBody(deployment, links)),
    next: page.next ? deploymentCursor.encode(page.next) : null,
  }
}
