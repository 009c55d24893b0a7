import { z } from "@hono/zod-openapi"
import type { DeploymentFilter, NewDeployment } from "../../deployments/types.ts"
import { evidenceSchema } from "../../risk/evidence.ts"
import { smallToolEvidence } from "../../risk/examples.ts"
import { deploymentCursor } from "./cursor.ts"
import {
  appName,
  connectorType,
  deploymentStatus,
  flag,
  limit,
  moment,
  personName,
  reason,
  ring,
  version,
} from "./fields.ts"

/** What is sent about deployments, and what it becomes inside; what is answered is in deployment.ts. */
export const newDeploymentSchema = z
  .strictObject({
    app_name: appName,
    version,
    target_ring: ring,
    connector_type: connectorType,
    evidence: evidenceSchema.default({}),
    not_before: moment.optional().openapi({ description: "Nothing starts before it" }),
    urgent: z.boolean().optional().openapi({ description: "Approvers have 24 hours instead of 48" }),
  })
  .openapi("NewDeployment")

export const newDeploymentExample: z.input<typeof newDeploymentSchema> = {
  app_name: "Notepad++",
  version: "8.7.1",
  target_ring: "LAB",
  connector_type: "intune",
  evidence: smallToolEvidence,
}

export function toNewDeployment(body: z.output<typeof newDeploymentSchema>): NewDeployment {
  return {
    appName: body.app_name,
    version: body.version,
    targetRing: body.target_ring,
    connectorType: body.connector_type,
    evidence: body.evidence,
    ...(body.not_before !== undefined && { notBefore: dateOf(body.not_before) }),
    ...(body.urgent !== undefined && { urgent: body.urgent }),
  }
}

export const reasonSchema = z.strictObject({ reason }).openapi("Reason")

export const deploymentQuerySchema = z.strictObject({
  app_name: appName.optional(),
  ring: ring.optional(),
  status: deploymentStatus.optional(),
  connector: connectorType.optional(),
  submitter: personName.optional().openapi({ description: "Who submitted them", example: "release-bot" }),
  created_after: moment.optional().openapi({ description: "Those submitted then or later" }),
  created_before: moment.optional().openapi({ description: "Those submitted before" }),
  demo: flag.optional().openapi({ description: "Demo data alone, or without it" }),
  limit,
  cursor: deploymentCursor.parameter.optional(),
})

export function toDeploymentFilter(query: z.output<typeof deploymentQuerySchema>): DeploymentFilter {
  return {
    appName: query.app_name,
    targetRing: query.ring,
    status: query.status,
    connectorType: query.connector,
    submitter: query.submitter,
    createdAfter: dateOf(query.created_after),
    createdBefore: dateOf(query.created_before),
    demo: query.demo,
    after: query.cursor,
    limit: query.limit,
  }
}

/** PostgreSQL has no year 0, and nothing here is older than 1970: any moment before means the same. */
function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(Math.max(0, Date.parse(text)))
}
