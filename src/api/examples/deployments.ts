/** Examples of deployments and of what happens to them: the document shows them, and the stand-ins of tests answer them. */
import type { Application } from "../../applications/types.ts"
import type { Deployment, DeploymentDetail, GateEvaluation, Incident } from "../../deployments/types.ts"
import { smallToolEvidence } from "../../risk/examples.ts"
import { riskModelV1 } from "../../risk/model.ts"
import { assess } from "../../risk/score.ts"

export const existingId = "0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d11"
export const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"

export const aDeployment: Deployment = {
  id: existingId,
  appName: "Notepad++",
  version: "8.7.1",
  targetRing: "CANARY",
  currentRing: "LAB",
  connectorType: "intune",
  status: "DEPLOYING",
  outcome: null,
  reason: null,
  riskScore: 14,
  riskModelVersion: "v1.0",
  requiresCab: false,
  approvalsRequired: 0,
  approvalExpiresAt: null,
  notBefore: null,
  heldAt: null,
  heldReason: null,
  policyVersion: 10,
  submitter: "publisher-person",
  correlationId: "order-1",
  evidenceSha256: "0".repeat(64),
  createdAt: new Date("2026-03-01T12:00:00.000Z"),
  startedAt: new Date("2026-03-01T12:00:01.000Z"),
  finishedAt: null,
  traceId,
  demo: false,
}

export const anIncident: Incident = {
  id: "0199d3a1-5b7e-7c43-9f0a-dddddddddddd",
  ring: "LAB",
  summary: "Does not start",
  reference: "INC-4711",
  reportedBy: "operator-person",
  at: new Date("2026-03-01T12:00:04.000Z"),
}

const aGate: GateEvaluation = {
  id: "0199d3a1-5b7e-7c43-9f0a-eeeeeeeeeeee",
  ring: "LAB",
  verdict: "failed",
  reason: "failure_limit",
  explanation: "2 of 8 devices failed, more than 5 %.",
  value: 0.25,
  threshold: 0.05,
  sample: 5,
  source: "devices",
  evidence: {
    counts: { targeted: 8, pending: 3, installed: 3, failed: 2 },
    elapsedSeconds: 12.5,
    soakedSeconds: null,
    incidents: 1,
    alerts: [],
    rollbackTested: true,
    last: false,
  },
  policyVersion: 6,
  traceId,
  at: new Date("2026-03-01T12:00:05.000Z"),
}

export const aDetail: DeploymentDetail = {
  ...aDeployment,
  revision: 5,
  evidence: { install: { privilege: "user" } },
  risk: assess(riskModelV1, {
    evidence: smallToolEvidence,
    targetRing: "CANARY",
    history: { outcomes: 0, breach: false },
  }),
  rings: [
    {
      ring: "LAB",
      state: "deploying",
      previousVersion: "8.7.0",
      targeted: 8,
      pending: 5,
      installed: 3,
      failed: 0,
      startedAt: new Date("2026-03-01T12:00:01.000Z"),
      measuredAt: new Date("2026-03-01T12:00:05.000Z"),
      compliantAt: null,
      finishedAt: null,
    },
  ],
  gates: [aGate],
  incidents: [anIncident],
}

export const aHeldDeployment: Deployment = {
  ...aDeployment,
  heldAt: new Date("2026-03-01T12:10:00.000Z"),
  heldReason: "Until the help desk has looked at it",
}

export const anApplication: Application = {
  name: aDeployment.appName,
  label: aDeployment.appName,
  createdAt: aDeployment.createdAt,
  rings: { [aDeployment.targetRing]: aDeployment },
  demo: false,
}
