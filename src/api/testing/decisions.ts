/** What the stand-ins of testing.ts answer about approvals, risk and policies. */
import type { ApprovalRequest, DeploymentApprovals } from "../../approvals/types.ts"
import type { Deployment } from "../../deployments/types.ts"
import { AppError } from "../../lib/errors.ts"
import type { RingView } from "../../rings/list.ts"
import type { PolicyVersion } from "../../rings/policies.ts"
import type { RingPolicy } from "../../rings/policy.ts"
import { riskModelV1 } from "../../risk/model.ts"
import { assess } from "../../risk/score.ts"
import type { ApiServices } from "../services.ts"
import { aDeployment, known } from "./examples.ts"

const aWaitingDeployment: Deployment = {
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

const someApprovals: DeploymentApprovals = {
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
export const aPolicyBody = {
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

const aRing: RingView = {
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

/** A model without history, as for an application that nobody has heard of. */
const unheardOf = { outcomes: 0, breach: false }

export const decisionStandIn = {
  approveDeployment: async (_caller, id) => known(id, { ...aWaitingDeployment, status: "APPROVED" as const }),
  rejectDeployment: async (_caller, id) => known(id, { ...aWaitingDeployment, status: "REJECTED" as const }),
  listApprovals: async () => ({ items: [anApprovalRequest] }),
  getApprovals: async (id) => known(id, someApprovals),
  assessRisk: async (question) => assess(riskModelV1, { ...question, history: unheardOf }),
  getRiskModel: async (version = riskModelV1.version) => {
    if (version !== riskModelV1.version) throw new AppError("not_found", `There is no version ${version}.`)
    return riskModelV1
  },
  listRings: async () => [aRing],
  getRingPolicy: async (ring) => ({ ...aPolicyVersion, ring }),
  listRingPolicies: async (ring, { limit }) =>
    [3, 2, 1].slice(0, limit).map((version) => ({ ...aPolicyVersion, ring, version })),
  changeRingPolicy: async (_caller, ring, policy) => ({ ...aPolicyVersion, ring, policy, version: 13 }),
} satisfies Partial<ApiServices>
