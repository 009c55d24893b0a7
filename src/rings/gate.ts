import type { DeviceCounts } from "../connectors/types.ts"
import type { RingPolicy } from "./policy.ts"

export const gateVerdicts = ["passed", "failed", "inconclusive"] as const
export type GateVerdict = (typeof gateVerdicts)[number]

/**
 * Why a gate said what it said. `failure_limit`, `success_rate`, `incidents`, `query`: what was measured. `measuring`,
 * `query_error`: nobody could be asked. `no_data`: who was asked had too little to say. `alert`, `rollback_untested`:
 * what was measured is good, and something else stands against going on.
 */
export const gateReasons = [
  "met",
  "failure_limit",
  "success_rate",
  "incidents",
  "query",
  "no_data",
  "measuring",
  "query_error",
  "alert",
  "rollback_untested",
] as const
export type GateReason = (typeof gateReasons)[number]

/** Every verdict with the reasons that it may have. */
export const gateOutcomes: readonly { readonly verdict: GateVerdict; readonly reason: GateReason }[] = [
  { verdict: "passed", reason: "met" },
  ...(["failure_limit", "success_rate", "incidents", "query", "no_data"] as const).map((reason) => ({
    verdict: "failed" as const,
    reason,
  })),
  ...(["success_rate", "no_data", "measuring", "query_error", "alert", "rollback_untested"] as const).map((reason) => ({
    verdict: "inconclusive" as const,
    reason,
  })),
]

/** Where the value comes from that the verdict rests on. */
export const gateSources = ["devices", "query", "incidents", "alerts", "evidence", "connector"] as const
type GateSource = (typeof gateSources)[number]

/** What Prometheus said: a value, nothing, or that it could not be asked. */
export type QueryAnswer =
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "empty" }
  | { readonly kind: "error"; readonly error: string }

/** Everything a gate goes by. Times are seconds, holds left out. */
export interface GateEvidence {
  readonly counts: DeviceCounts
  /** Since the ring started. */
  readonly elapsedSeconds: number
  /** Since it first complied; null while it has not. */
  readonly soakedSeconds: number | null
  readonly incidents: number
  /** Names of the firing alerts that carry the ring's or the connector's label; empty where the policy does not ask. */
  readonly alerts: readonly string[]
  readonly rollbackTested: boolean
  /** Whether there is a ring to go on to. */
  readonly last: boolean
  /** Of the policy's query, as it was sent; absent where there is none or it was not asked yet. */
  readonly query?: { readonly promql: string; readonly answer: QueryAnswer }
}

export interface GateJudgement {
  readonly verdict: GateVerdict
  readonly reason: GateReason
  /** In a sentence. */
  readonly explanation: string
  readonly value: number | null
  readonly threshold: number | null
  /** Devices that had answered. */
  readonly sample: number
  readonly source: GateSource
}

/** Devices that have answered: what a rate rests on. */
const sampleOf = ({ installed, failed }: DeviceCounts): number => installed + failed

/** Whether so many devices have the version that the ring complies. */
export function complies(counts: DeviceCounts, policy: RingPolicy): boolean {
  const { targeted, installed } = counts
  return targeted > 0 && sampleOf(counts) >= policy.minimumSample && installed / targeted >= policy.successRate
}

/**
 * Judges a ring. Pure: the same evidence and policy give the same judgement; undefined while there is nothing to say yet.
 * It fails early, on too many failed devices or incidents; it passes at the end of the soak; at the compliance limit, and
 * where the query finds nothing, the policy's `noData` decides.
 */
export function judge(evidence: GateEvidence, policy: RingPolicy): GateJudgement | undefined {
  const sample = sampleOf(evidence.counts)
  const early = incidentsJudged(evidence, policy) ?? failuresJudged(evidence, policy)
  if (early !== undefined) return { ...early, sample }
  if (complies(evidence.counts, policy)) {
    const { soakedSeconds } = evidence
    if (soakedSeconds === null || soakedSeconds < policy.soakSeconds || waitsForData(evidence, policy)) return undefined
    const against = queryJudged(evidence, policy) ?? objection(evidence, policy)
    return { ...(against ?? passed(evidence, policy)), sample }
  }
  const late = evidence.elapsedSeconds >= policy.complianceLimitSeconds ? overdue(evidence, policy) : undefined
  return late && { ...late, sample }
}

type Unsampled = Omit<GateJudgement, "sample">

function incidentsJudged({ incidents }: GateEvidence, { incidentLimit }: RingPolicy): Unsampled | undefined {
  if (incidents <= incidentLimit) return undefined
  const explanation = `${incidents} ${incidents === 1 ? "incident was" : "incidents were"} reported, more than ${incidentLimit}.`
  return { ...failed("incidents", explanation), value: incidents, threshold: incidentLimit, source: "incidents" }
}

function failuresJudged({ counts }: GateEvidence, { failureLimit }: RingPolicy): Unsampled | undefined {
  const { targeted, failed: broken } = counts
  if (targeted === 0 || broken / targeted <= failureLimit) return undefined
  const explanation = `${broken} of ${targeted} devices failed, more than ${percent(failureLimit)}.`
  return {
    ...failed("failure_limit", explanation),
    value: broken / targeted,
    threshold: failureLimit,
    source: "devices",
  }
}

/** Where missing data is no reason to stop, it is asked again later. */
function waitsForData({ query }: GateEvidence, policy: RingPolicy): boolean {
  return policy.query?.mode === "decide" && query?.answer.kind === "empty" && policy.noData === "wait"
}

/** A dry run decides nothing, whatever it found. */
function queryJudged({ query }: GateEvidence, policy: RingPolicy): Unsampled | undefined {
  if (policy.query?.mode !== "decide" || query === undefined) return undefined
  const { comparison, threshold } = policy.query
  const { answer } = query
  const common = { threshold, source: "query" as const }
  if (answer.kind === "error")
    return { ...inconclusive("query_error", `The query was not answered: ${answer.error}`), ...common, value: null }
  if (answer.kind === "empty")
    return { ...undecided(policy, "no_data", "The query found no data."), ...common, value: null }
  const { value } = answer
  if (comparison === "at_least" ? value >= threshold : value <= threshold) return undefined
  const wanted = comparison === "at_least" ? "at least" : "at most"
  return { ...failed("query", `The query found ${round(value)}, wanted was ${wanted} ${threshold}.`), ...common, value }
}

/** What stands against going on although the ring is well. */
function objection(evidence: GateEvidence, policy: RingPolicy): Unsampled | undefined {
  const nothing = { value: null, threshold: null }
  if (policy.holdOnAlerts && evidence.alerts.length > 0)
    return {
      ...inconclusive("alert", `Alerts are firing: ${evidence.alerts.join(", ")}.`),
      ...nothing,
      source: "alerts",
    }
  if (policy.requireTestedRollback && !evidence.rollbackTested && !evidence.last)
    return {
      ...inconclusive("rollback_untested", "The evidence does not say that the roll-back was tested."),
      ...nothing,
      source: "evidence",
    }
  return undefined
}

function passed({ counts }: GateEvidence, { successRate }: RingPolicy): Unsampled {
  const explanation = `${counts.installed} of ${counts.targeted} devices have it, at least ${percent(successRate)} were wanted.`
  return { ...rate(counts, successRate), verdict: "passed", reason: "met", explanation }
}

function overdue({ counts }: GateEvidence, policy: RingPolicy): Unsampled | undefined {
  if (policy.noData === "wait") return undefined
  const { installed, targeted } = counts
  const enough = sampleOf(counts) >= Math.max(1, policy.minimumSample)
  const after = `after ${policy.complianceLimitSeconds} s`
  const explanation = enough
    ? `${installed} of ${targeted} devices have it ${after}, ${percent(policy.successRate)} were wanted.`
    : `${sampleOf(counts)} of ${targeted} devices have answered ${after}, too few to judge by.`
  return { ...undecided(policy, enough ? "success_rate" : "no_data", explanation), ...rate(counts, policy.successRate) }
}

function rate({ installed, targeted }: DeviceCounts, threshold: number) {
  return { value: targeted === 0 ? null : installed / targeted, threshold, source: "devices" as const }
}

const failed = (reason: GateReason, explanation: string) => ({ verdict: "failed" as const, reason, explanation })
const inconclusive = (reason: GateReason, explanation: string) => ({
  verdict: "inconclusive" as const,
  reason,
  explanation,
})
/** Where data is missing the policy says what that means. */
const undecided = (policy: RingPolicy, reason: GateReason, explanation: string) =>
  (policy.noData === "fail" ? failed : inconclusive)(reason, explanation)

/** The judgement on a ring whose back end was asked in vain too often. */
export function unmeasurable(counts: DeviceCounts, error: string): GateJudgement {
  const explanation = `The back end could not be asked how far it is: ${error}`
  return {
    ...inconclusive("measuring", explanation),
    value: null,
    threshold: null,
    sample: sampleOf(counts),
    source: "connector",
  }
}

/** A share as people read it. */
export const percent = (value: number) => `${Math.round(value * 1000) / 10} %`
const round = (value: number) => Number(value.toPrecision(6))
