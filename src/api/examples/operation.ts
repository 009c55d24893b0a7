/** Examples of what is looked up about the whole: back ends, drifts, alerts, keys, health. */
import type { Alert } from "../../alerts/types.ts"
import type { CircuitBreaker } from "../../breaker/types.ts"
import type { DoraKeys } from "../../dora/types.ts"
import type { Drift } from "../../drift/types.ts"
import type { HealthReport } from "../../lib/health.ts"
import type { ConnectorView } from "../../probes/types.ts"
import { existingId } from "./deployments.ts"
import { anEvent } from "./events.ts"

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

export const unhealthy: HealthReport = {
  status: "unhealthy",
  checks: { ...healthy.checks, database: { status: "unhealthy", detail: "Does not answer." } },
}
