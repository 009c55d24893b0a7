import { z } from "@hono/zod-openapi"
import { endOfControl } from "../../approvals/tiers.ts"
import {
  type Approval,
  type ApprovalFilter,
  type ApprovalPage,
  type ApprovalRequest,
  approvalDecisions,
  approvalStates,
  type CompensatingControl,
  type Decision,
  type DeploymentApprovals,
} from "../../approvals/types.ts"
import type { LinkTargets } from "../deps.ts"
import { approvalCursor } from "./cursor.ts"
import { deploymentBody, deploymentSchema } from "./deployment.ts"
import {
  deploymentId,
  deploymentStatus,
  limit,
  orNull,
  personName,
  reason,
  servedMoment,
  servedMomentOrNull,
  textOf,
} from "./fields.ts"

const rationale = reason.openapi({
  description: "Why, for whoever reads the decision later",
  example: "Tested on the reference devices, the vendor is known",
})

const control = {
  text: reason.openapi({ description: "What is done", example: "The agent's traffic is watched for a week" }),
  owner: personName.openapi({ description: "Who sees to it", example: "ada" }),
}

const newControlSchema = z
  .strictObject({ ...control, expires_in_days: z.int().min(1).max(90).default(30) })
  .openapi("NewCompensatingControl")

export const approvalSchema = z
  .strictObject({
    decision: z
      .enum(["approved", "conditional"])
      .default("approved")
      .openapi({ description: "conditional: an approval whose conditions are kept and shown" }),
    rationale,
    conditions: z
      .array(reason)
      .max(20)
      .default([])
      .openapi({ description: "Of a conditional approval, and of no other" }),
    controls: z.array(newControlSchema).max(20).default([]).openapi({
      description: "Compensating controls; a score above 75 asks for one at least, from whichever approver",
    }),
  })
  .refine(({ decision, conditions }) => (decision === "conditional") === conditions.length > 0, {
    message: "belong to a conditional approval, which has at least one",
    path: ["conditions"],
  })
  .openapi("Approval")

export const approvalExample: z.input<typeof approvalSchema> = {
  decision: "conditional",
  rationale: "Fine for LAB",
  conditions: ["Not before Monday"],
  controls: [],
}

export const rejectionSchema = z.strictObject({ rationale }).openapi("Rejection")

const decisionSchema = z
  .object({
    approver: z.string().openapi({ example: "ada" }),
    decision: z.enum(approvalDecisions),
    rationale: z.string(),
    conditions: z.array(z.string()),
    controls: z.array(
      z.object({ ...control, expires_in_days: z.int(), expires_at: servedMoment }).openapi("CompensatingControl"),
    ),
    at: servedMoment,
  })
  .openapi("ApprovalDecision")

const progress = {
  approvals: z.int().openapi({ description: "Approvals so far", example: 1 }),
  required: z.int().min(0).max(2).openapi({ description: "Approvals it needs", example: 2 }),
  control_required: z.boolean().openapi({ description: "Whether one of them has to name a compensating control" }),
}

export const deploymentApprovalsSchema = z
  .object({
    deployment_id: deploymentId,
    status: deploymentStatus,
    ...progress,
    expires_at: servedMomentOrNull.openapi({ description: "Rejected as expired, if it still waits" }),
    decisions: z.array(decisionSchema).openapi({ description: "Oldest first; they never change" }),
  })
  .openapi("DeploymentApprovals")

const requestSchema = z
  .object({
    deployment: deploymentSchema,
    ...progress,
    decision: orNull(decisionSchema).openapi({ description: "The caller's own; null while there is none" }),
  })
  .openapi("ApprovalRequest")

export const approvalPageSchema = z
  .object({
    items: z.array(requestSchema),
    next: z.string().nullable().openapi({ description: "Send it as `cursor` for the next page; null on the last" }),
  })
  .openapi("ApprovalPage")

export const approvalQuerySchema = z
  .strictObject({
    state: z
      .enum(approvalStates)
      .default("mine")
      .openapi({
        example: "expiring",
        description:
          "mine: waits for the caller, who neither submitted it nor has decided; expiring: its time is up within " +
          "`hours`, both by the time they have left; decided: by the caller, newest first",
      }),
    hours: z.coerce.number().int().min(1).max(720).default(24).openapi({
      type: "integer",
      minimum: 1,
      maximum: 720,
      description: "Of state=expiring",
      example: 24,
    }),
    limit,
    cursor: approvalCursor.parameter.optional(),
  })
  .refine(({ state, cursor }) => cursor === undefined || cursor.state === state, {
    message: "is of a list of another state",
    path: ["cursor"],
  })

export function toApproval(body: z.output<typeof approvalSchema>): Approval {
  return { ...body, controls: body.controls.map(toControl) }
}

function toControl({ text, owner, expires_in_days }: z.output<typeof newControlSchema>): CompensatingControl {
  return { text, owner, expiresInDays: expires_in_days }
}

export function toApprovalFilter(query: z.output<typeof approvalQuerySchema>): ApprovalFilter {
  return { state: query.state, hours: query.hours, limit: query.limit, after: query.cursor }
}

function decisionBody(made: Decision): z.input<typeof decisionSchema> {
  const { approver, decision, rationale, conditions, at } = made
  const controls = made.controls.map((one) => controlBody(one, at))
  return { approver, decision, rationale, conditions: [...conditions], controls, at: textOf(at) }
}

function controlBody({ text, owner, expiresInDays }: CompensatingControl, from: Date) {
  return { text, owner, expires_in_days: expiresInDays, expires_at: textOf(endOfControl(from, expiresInDays)) }
}

export function deploymentApprovalsBody(of: DeploymentApprovals): z.input<typeof deploymentApprovalsSchema> {
  return {
    deployment_id: of.deploymentId,
    status: of.status,
    approvals: of.approvals,
    required: of.required,
    control_required: of.controlRequired,
    expires_at: textOf(of.expiresAt),
    decisions: of.decisions.map(decisionBody),
  }
}

function requestBody(request: ApprovalRequest, links: LinkTargets): z.input<typeof requestSchema> {
  return {
    deployment: deploymentBody(request.deployment, links),
    approvals: request.approvals,
    required: request.required,
    control_required: request.controlRequired,
    decision: request.decision && decisionBody(request.decision),
  }
}

export function approvalPageBody({ items, next }: ApprovalPage, links: LinkTargets) {
  return {
    items: items.map((request) => requestBody(request, links)),
    next: next === undefined ? null : approvalCursor.encode(next),
  }
}
