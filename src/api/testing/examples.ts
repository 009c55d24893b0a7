/** What the stand-ins of testing.ts answer: one of each kind. */
import type { CircuitBreaker } from "../../breaker/types.ts"
import type { Deployment, DeploymentDetail } from "../../deployments/types.ts"
import type { Drift } from "../../drift/types.ts"
import type { Event } from "../../events/types.ts"
import type { HealthReport } from "../../lib/health.ts"
import type { ConnectorView } from "../../probes/types.ts"

export const existingId = "0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d11"
export const unknownId = "0199d3a1-5b7e-7c43-9f0a-000000000000"
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
  submitter: "publisher-person",
  correlationId: "order-1",
  evidenceSha256: "0".repeat(64),
  createdAt: new Date("2026-03-01T12:00:00.000Z"),
  startedAt: new Date("2026-03-01T12:00:01.000Z"),
  finishedAt: null,
  traceId,
}

export const aDetail: DeploymentDetail = {
  ...aDeployment,
  evidence: { install: { privilege: "user" } },
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
      finishedAt: null,
    },
  ],
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

const fine = { status: "healthy", detail: "Answers." } as const
export const healthy: HealthReport = {
  status: "healthy",
  checks: { database: fine, queue: fine, workers: fine, collector: fine, connectors: fine, breakers: fine },
}
