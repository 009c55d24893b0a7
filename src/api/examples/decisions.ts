/** Examples of approvals, rings and their policies. */
import type { z } from "@hono/zod-openapi"
import type { ApprovalRequest, DeploymentApprovals } from "../../approvals/types.ts"
import type { Deployment } from "../../deployments/types.ts"
import type { RingView } from "../../rings/list.ts"
import type { PolicyVersion } from "../../rings/policies.ts"
import type { RingPolicy } from "../../rings/policy.ts"
import type { ringPolicyBodySchema } from "../schemas/ring.ts"
import { aDeployment } from "./deployments.ts"

export const aWaitingDeployment: Deployment = {
  ...aDeployment,
  status: "AWAITING_CAB",
  currentRing: null,
  riskScore: 83,
  requiresCab: true,
  approvalsRequired: 2,
  approvalExpiresAt: new Date("2026-03-03T12:00:00.000Z"),
  policyVersion: null,
  startedAt: null,
}

const progress = { approvals: 1, required: 2, controlRequired: true }

export const someApprovals: DeploymentApprovals = {
  deploymentId: aDeployment.id,
  status: "AWAITING_CAB",
  ...progress,
  expiresAt: new Date("2026-03-03T12:00:00.000Z"),
  decisions: [
    {
      approver: "ada",
      decision: "conditional",
      rationale: "Fine for LAB",
      conditions: ["Not before Monday"],
      controls: [{ text: "The traffic is watched", owner: "bob", expiresInDays: 7 }],
      at: new Date("2026-03-01T13:00:00.000Z"),
    },
  ],
}

export const anApprovalRequest: ApprovalRequest = { deployment: aWaitingDeployment, ...progress, decision: null }

const aPolicy: RingPolicy = {
  successRate: 0.95,
  failureLimit: 0.05,
  minimumSample: 3,
  errorLimit: 8,
  incidentLimit: 1,
  soakSeconds: 86_400,
  complianceLimitSeconds: 14_400,
  pollIntervalSeconds: 30,
  noData: "hold",
  onFailure: "rollback",
  promotion: "automatic",
  requireTestedRollback: false,
  holdOnAlerts: false,
  query: { promql: "vector(1)", comparison: "at_most", threshold: 2, timeoutSeconds: 5, mode: "decide" },
}

/** The same on the wire. */
export const aPolicyBody: z.input<typeof ringPolicyBodySchema> = {
  success_rate: 0.95,
  failure_limit: 0.05,
  minimum_sample: 3,
  error_limit: 8,
  incident_limit: 1,
  soak_seconds: 86_400,
  compliance_limit_seconds: 14_400,
  poll_interval_seconds: 30,
  no_data: "hold",
  on_failure: "rollback",
  promotion: "automatic",
  require_tested_rollback: false,
  hold_on_alerts: false,
  query: { promql: "vector(1)", comparison: "at_most", threshold: 2, timeout_seconds: 5, mode: "decide" },
}

export const aPolicyVersion: PolicyVersion = {
  ring: "LAB",
  version: 12,
  policy: aPolicy,
  createdBy: "ada",
  createdAt: new Date("2026-03-01T12:00:00.000Z"),
}

export const aRing: RingView = {
  ring: "LAB",
  policy: aPolicyVersion,
  active: { deployments: 1, targeted: 8, pending: 5, installed: 3, failed: 0 },
  oldest: [
    {
      deploymentId: aDeployment.id,
      appName: aDeployment.appName,
      version: aDeployment.version,
      status: "DEPLOYING",
      held: false,
      targeted: 8,
      pending: 5,
      installed: 3,
      failed: 0,
      startedAt: new Date("2026-03-01T12:00:01.000Z"),
    },
  ],
}
