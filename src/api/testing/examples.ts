/** What the stand-ins of testing.ts answer: one of each kind. */
import type { Alert } from "../../alerts/types.ts"
import type { CircuitBreaker } from "../../breaker/types.ts"
import type { Deployment, DeploymentDetail, GateEvaluation, Incident } from "../../deployments/types.ts"
import type { DoraKeys } from "../../dora/types.ts"
import type { Drift } from "../../drift/types.ts"
import type { Event } from "../../events/types.ts"
import { AppError } from "../../lib/errors.ts"
import type { HealthReport } from "../../lib/health.ts"
import type { ConnectorView } from "../../probes/types.ts"
import { smallToolEvidence } from "../../risk/examples.ts"
import { riskModelV1 } from "../../risk/model.ts"
import { assess } from "../../risk/score.ts"

export const existingId = "0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d11"
export const unknownId = "0199d3a1-5b7e-7c43-9f0a-000000000000"
export const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"

/** What there is under `existingId`, and under no other. */
export function known<T>(id: string, answer: T): T {
  if (id !== existingId) throw new AppError("not_found", `There is no deployment ${id}.`)
  return answer
}

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
}

export const someKeys: DoraKeys = {
  ring: null,
  deployments: 60,
  deploymentsPerDay: 2,
  leadTime: { count: 60, mean: 100, median: 90, p95: 300 },
  failures: 3,
  changeFailureRate: 3 / 63,
  timeToRestore: { count: 2, mean: 3_600, median: 3_600, p95: 7_000 },
  unrestored: 1,
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

export const anEvent: Event = {
  id: "0199d3a1-5b7e-7c43-9f0a-aaaaaaaaaaaa",
  type: "DEPLOYMENT_CREATED",
  subjectType: "deployment",
  subjectId: existingId,
  sequence: 1,
  at: new Date("2026-03-01T12:00:00.000Z"),
  principal: "publisher-person",
  correlationId: "order-1",
  traceId,
  data: { version: "8.7.1" },
  previousHash: null,
  hash: "1".repeat(64),
}

export const aBreaker: CircuitBreaker = {
  service: "intune",
  connectorType: "intune",
  state: "OPEN",
  failures: 5,
  openedAt: new Date("2026-03-01T12:00:00.000Z"),
  retryAfterSeconds: 41.5,
  reason: null,
  history: [{ ...anEvent, type: "BREAKER_OPENED", subjectType: "connector" }],
}

export const aConnector: ConnectorView = {
  type: "jamf",
  configured: true,
  rings: ["LAB", "CANARY"],
  health: {
    healthy: true,
    since: new Date("2026-03-01T12:00:00.000Z"),
    checkedAt: new Date("2026-03-01T12:30:00.000Z"),
    lastFailure: { errorClass: "transient", errorType: "timeout" },
  },
}

export const aDrift: Drift = {
  id: "0199d3a1-5b7e-7c43-9f0a-bbbbbbbbbbbb",
  deploymentId: existingId,
  appName: "Notepad++",
  connectorType: "intune",
  ring: "LAB",
  kind: "version_mismatch",
  devices: 2,
  expectedVersion: "8.7.1",
  found: [{ version: "8.6", devices: 2 }],
  openedAt: new Date("2026-03-01T12:00:00.000Z"),
  seenAt: new Date("2026-03-01T12:05:00.000Z"),
  closedAt: null,
}

export const anAlert: Alert = {
  id: "0199d3a1-5b7e-7c43-9f0a-cccccccccccc",
  fingerprint: "1a30ba71cca2921f",
  name: "CircuitBreakerOpen",
  status: "firing",
  stale: false,
  severity: "critical",
  component: "connectors",
  labels: { alertname: "CircuitBreakerOpen", severity: "critical", component: "connectors", connector_type: "jamf" },
  annotations: {
    summary: "The circuit breaker of jamf is open.",
    runbook_url: "https://runbooks.test/CircuitBreakerOpen.md",
    dashboard: "/d/eucora-connectors",
  },
  generatorUrl: "http://prometheus.test/graph?g0.expr=circuit_breaker_state",
  startsAt: new Date("2026-03-01T12:00:00.000Z"),
  endsAt: null,
  receivedAt: new Date("2026-03-01T12:00:05.000Z"),
  seenAt: new Date("2026-03-01T12:05:05.000Z"),
}

const fine = { status: "healthy", detail: "Answers." } as const
export const healthy: HealthReport = {
  status: "healthy",
  checks: { database: fine, queue: fine, workers: fine, collector: fine, connectors: fine, breakers: fine },
}
