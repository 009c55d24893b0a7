/** Answers of the API, to draw. */
import type { DeploymentApprovals, DeploymentDetail, GateEvaluation, RingProgress } from "../../client/index.ts"

export const now = new Date("2026-03-01T12:05:00.000Z")
export const id = "0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d11"

export const lab: RingProgress = {
  ring: "LAB",
  state: "succeeded",
  previous_version: "8.7.0",
  targeted: 5,
  pending: 0,
  installed: 5,
  failed: 0,
  started_at: "2026-03-01T12:00:01.000Z",
  measured_at: "2026-03-01T12:00:05.000Z",
  compliant_at: "2026-03-01T12:00:05.000Z",
  finished_at: "2026-03-01T12:01:00.000Z",
}

export const canary: RingProgress = {
  ...lab,
  ring: "CANARY",
  state: "deploying",
  previous_version: null,
  targeted: 20,
  pending: 2,
  installed: 16,
  failed: 2,
  started_at: "2026-03-01T12:01:00.000Z",
  compliant_at: null,
  finished_at: null,
}

const passed: GateEvaluation = {
  id: "0199d3a1-5b7e-7c43-9f0a-eeeeeeeeeeee",
  ring: "LAB",
  verdict: "passed",
  reason: "met",
  explanation: "5 of 5 devices have it, at least 95 % were wanted.",
  value: 1,
  threshold: 0.95,
  sample: 5,
  source: "devices",
  evidence: {
    ...{ targeted: 5, pending: 0, installed: 5, failed: 0 },
    ...{ elapsed_seconds: 59, soaked_seconds: 55, incidents: 0, alerts: [], query: null },
  },
  policy_version: 6,
  trace_id: null,
  at: "2026-03-01T12:01:00.000Z",
}

export const failedGate: GateEvaluation = {
  ...passed,
  id: "0199d3a1-5b7e-7c43-9f0a-ffffffffffff",
  ring: "CANARY",
  verdict: "failed",
  reason: "failure_limit",
  explanation: "2 of 20 devices failed, more than 2 %.",
  value: 0.1,
  threshold: 0.02,
  sample: 18,
  at: "2026-03-01T12:02:00.000Z",
}

/** Under way in CANARY, and held there by its gate. */
export const heldDeployment: DeploymentDetail = {
  id,
  app_name: "Notepad++",
  version: "8.7.1",
  target_ring: "PILOT",
  current_ring: "CANARY",
  connector_type: "intune",
  status: "DEPLOYING",
  outcome: null,
  reason: null,
  risk_score: 18,
  risk_model_version: "1.0",
  requires_cab: false,
  approvals_required: 0,
  approval_expires_at: null,
  not_before: null,
  held_at: "2026-03-01T12:02:00.000Z",
  held_reason: "CANARY: 2 of 20 devices failed, more than 2 %.",
  policy_version: 7,
  submitter: "release-bot",
  demo: false,
  correlation_id: "order-1",
  evidence_sha256: "0".repeat(64),
  created_at: "2026-03-01T12:00:00.000Z",
  started_at: "2026-03-01T12:00:01.000Z",
  finished_at: null,
  trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
  links: {
    self: `http://api.test/api/v1/deployments/${id}`,
    events: `http://api.test/api/v1/deployments/${id}/events`,
    trace: "http://jaeger.test/trace/4bf92f3577b34da6a3ce929d0e0e4736",
    dashboard: "http://grafana.test/d/eucora-application?var-app_name=Notepad%2B%2B",
    explore_trace: null,
    explore_metric: "http://grafana.test/explore",
  },
  evidence: {},
  risk: {
    ...{ score: 18, model_version: "1.0", requires_cab: false, approvals_required: 0, control_required: false },
    factors: [],
    missing: [],
  },
  rings: [lab, canary],
  gates: [passed, failedGate],
  incidents: [],
}

/** The same, with nothing in its way. */
export const deployment: DeploymentDetail = { ...heldDeployment, held_at: null, held_reason: null, gates: [passed] }

export const someApprovals: DeploymentApprovals = {
  deployment_id: id,
  status: "AWAITING_CAB",
  approvals: 1,
  required: 2,
  control_required: true,
  expires_at: "2026-03-03T12:00:00.000Z",
  decisions: [
    {
      approver: "ada",
      decision: "conditional",
      rationale: "Tried in the lab",
      conditions: ["Not before Monday"],
      controls: [
        {
          ...{ text: "Crash reports are read daily", owner: "ada", expires_in_days: 30 },
          expires_at: "2026-03-31T12:03:00.000Z",
        },
      ],
      at: "2026-03-01T12:03:00.000Z",
    },
  ],
}
