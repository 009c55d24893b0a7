import type { DeviceCounts } from "../connectors/types.ts"
import type { GateEvidence, QueryAnswer } from "./gate.ts"
import type { RingPolicy } from "./policy.ts"

/** 95 % of at least ten devices within 100 s, then a minute of soak. */
export const gatePolicy: RingPolicy = {
  successRate: 0.95,
  failureLimit: 0.05,
  minimumSample: 10,
  errorLimit: 3,
  incidentLimit: 1,
  soakSeconds: 60,
  complianceLimitSeconds: 100,
  pollIntervalSeconds: 1,
  noData: "hold",
  onFailure: "rollback",
  promotion: "automatic",
  requireTestedRollback: false,
  holdOnAlerts: false,
  query: null,
}

export const counts = (installed: number, failed: number, pending: number): DeviceCounts => ({
  targeted: installed + failed + pending,
  installed,
  failed,
  pending,
})

/** A ring that has just begun, with nothing against it. */
export const ringEvidence = (changed: Partial<GateEvidence> = {}): GateEvidence => ({
  counts: counts(0, 0, 100),
  elapsedSeconds: 0,
  soakedSeconds: null,
  incidents: 0,
  alerts: [],
  rollbackTested: true,
  last: false,
  ...changed,
})

/** What the policy's query was answered. */
export const answered = (answer: QueryAnswer) => ({ query: { promql: "up", answer } })
