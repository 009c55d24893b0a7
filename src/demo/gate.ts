import type { DeviceCounts } from "../connectors/types.ts"
import { type GateEvidence, type GateJudgement, judge } from "../rings/gate.ts"
import type { RingPolicy } from "../rings/policy.ts"
import { type Ring, rings } from "../rings/rings.ts"

/** The thresholds of the rings, whatever they are now: what was seeded stays as it is. */
const thresholds: Readonly<Record<Ring, number>> = {
  LAB: 0.95,
  CANARY: 0.98,
  PILOT: 0.97,
  DEPARTMENT: 0.99,
  GLOBAL: 0.99,
}
const devices: Readonly<Record<Ring, number>> = { LAB: 8, CANARY: 80, PILOT: 600, DEPARTMENT: 4_000, GLOBAL: 20_000 }

function policyOf(ring: Ring): RingPolicy {
  return {
    successRate: thresholds[ring],
    failureLimit: 1 - thresholds[ring],
    minimumSample: 1,
    errorLimit: 8,
    incidentLimit: 0,
    soakSeconds: 0,
    complianceLimitSeconds: 72 * 3_600,
    pollIntervalSeconds: 60,
    noData: "fail",
    onFailure: "rollback",
    promotion: "automatic",
    requireTestedRollback: false,
    holdOnAlerts: false,
    query: null,
  }
}

/** The devices of a ring, with these shares of them failed and still pending. */
export function countsOf(ring: Ring, share: { readonly failed?: number; readonly pending?: number }): DeviceCounts {
  const targeted = devices[ring]
  const failed = Math.ceil(targeted * (share.failed ?? 0))
  const pending = Math.floor(targeted * (share.pending ?? 0))
  return { targeted, pending, installed: targeted - failed - pending, failed }
}

export interface DemoVerdict {
  readonly evidence: GateEvidence
  readonly judgement: GateJudgement
}

/** What a gate says to such devices, so long after the ring started. Throws where it would wait on. */
export function verdictOn(ring: Ring, targetRing: Ring, counts: DeviceCounts, seconds: Seconds): DemoVerdict {
  const evidence: GateEvidence = {
    counts,
    elapsedSeconds: seconds.elapsed,
    soakedSeconds: seconds.soaked,
    incidents: 0,
    alerts: [],
    rollbackTested: true,
    last: rings.indexOf(ring) === rings.indexOf(targetRing),
  }
  const judgement = judge(evidence, policyOf(ring))
  if (judgement === undefined) throw new Error(`a demo gate of ${ring} says nothing`)
  return { evidence, judgement }
}

interface Seconds {
  readonly elapsed: number
  readonly soaked: number | null
}
