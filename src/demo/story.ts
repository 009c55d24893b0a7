import type { DeviceCounts } from "../connectors/types.ts"
import type { EventType } from "../events/types.ts"
import { enginePrincipal } from "../lib/principal.ts"
import { nextRing, type Ring, type RolloutState, ringsUpTo } from "../rings/rings.ts"
import {
  deploymentApprovalWait,
  deploymentRollback,
  deploymentSubmitted,
  promotionGateEvaluation,
  ringPromotion,
  riskScoreDistribution,
} from "../telemetry/domain-counts.ts"
import type { MetricPoint } from "../telemetry/durable/definition.ts"
import { between } from "./draw.ts"
import { countsOf, type DemoVerdict, verdictOn } from "./gate.ts"
import type { Plan } from "./plan.ts"

const minute = 60_000
const hour = 60 * minute

/** Moments are milliseconds since the submission. */
interface Told {
  readonly type: EventType
  readonly ms: number
  readonly principal: string
  readonly data: Readonly<Record<string, unknown>>
}

interface RingTold {
  readonly ring: Ring
  readonly counts: DeviceCounts
  readonly startedMs: number
  state: RolloutState
  compliantMs?: number
  finishedMs?: number
}

interface GateTold extends DemoVerdict {
  readonly ring: Ring
  readonly ms: number
}

interface DecisionTold {
  readonly approver: string
  readonly decision: "approved" | "rejected"
  readonly rationale: string
  readonly ms: number
}

/** What happened to one deployment, from its submission on, with the points that the real verbs would have recorded. */
export class Story {
  readonly plan: Plan
  readonly events: Told[] = []
  readonly rings: RingTold[] = []
  readonly gates: GateTold[] = []
  readonly decisions: DecisionTold[] = []
  readonly points: MetricPoint[] = []
  startedMs: number | undefined
  /** Soak: time between the start and the end that was no work. */
  idleMs = 0
  reason: string | null = null
  /** Now, as far as it has been told. */
  ms = 0

  constructor(plan: Plan, policyVersion: number) {
    this.plan = plan
    this.#submit()
    const cleared = this.#decide()
    if (cleared && plan.status === "PENDING") this.#tell("DEPLOYMENT_WAITING", { ring: "LAB" })
    if (cleared && plan.status !== "PENDING" && plan.status !== "APPROVED") this.#rollOut(policyVersion)
  }

  #tell(type: EventType, data: Told["data"] = {}, principal = enginePrincipal): void {
    this.events.push({ type, ms: this.ms, principal, data })
  }

  #drawn(what: string, least: number, most: number): number {
    return between(`${this.plan.name} ${what}`, least, most)
  }

  #submit(): void {
    const { application, version, targetRing, assessment, submitter } = this.plan
    const { name: appName, connectorType } = application
    const requires_cab = assessment.requiresCab ? "true" : "false"
    this.#tell("DEPLOYMENT_CREATED", { appName, version, targetRing, connectorType }, submitter)
    const { score, modelVersion: model, missing } = assessment
    this.#tell("RISK_ASSESSED", { score, model, missing }, submitter)
    if (assessment.requiresCab) this.#tell("CAB_SUBMITTED", {}, submitter)
    else this.#tell("DEPLOYMENT_APPROVED", { automatic: true, score }, submitter)
    this.points.push(
      deploymentSubmitted.add(1, { ring: targetRing, requires_cab }),
      riskScoreDistribution.record(score, { requires_cab }),
    )
  }

  /** Whether it may begin. */
  #decide(): boolean {
    const { assessment, status, approver, targetRing: ring } = this.plan
    if (!assessment.requiresCab || status === "AWAITING_CAB") return status !== "AWAITING_CAB"
    this.ms += this.#drawn("wait", 10 * minute, 30 * hour)
    const decision = status === "REJECTED" ? ("rejected" as const) : ("approved" as const)
    this.points.push(deploymentApprovalWait.record(this.ms / 1_000, { ring, decision }))
    if (decision === "rejected") {
      this.reason = "The previous version is still being rolled out"
      this.decisions.push({ approver, decision, rationale: this.reason, ms: this.ms })
      this.#tell("CAB_REJECTED", { decision, reason: this.reason }, approver)
      return false
    }
    const approval = { decision, rationale: "Tested on the reference devices" } as const
    this.decisions.push({ approver, ...approval, ms: this.ms })
    this.#tell("CAB_APPROVED", { ...approval, conditions: [], controls: [], approvals: 1, required: 1 }, approver)
    this.#tell("DEPLOYMENT_APPROVED", { automatic: false, approvers: [approver] }, approver)
    return true
  }

  #rollOut(policyVersion: number): void {
    this.ms += minute
    this.startedMs = this.ms
    this.#tell("DEPLOYMENT_STARTED")
    for (const ring of ringsUpTo(this.plan.lastRing)) {
      this.#tell("RING_STARTED", { ring, previousVersion: null })
      if (ring === this.plan.lastRing && this.plan.status !== "COMPLETED") this.#stopIn(ring, policyVersion)
      else this.#pass(ring, policyVersion)
    }
  }

  #pass(ring: Ring, policyVersion: number): void {
    const { name, targetRing } = this.plan
    const counts = countsOf(ring, {})
    const startedMs = this.ms
    const compliantMs = startedMs + this.#drawn(`install ${ring}`, 10 * minute, 4 * hour)
    const soakMs = between(`${name} soak ${ring}`, hour, 8 * hour)
    this.ms = compliantMs + soakMs
    this.idleMs += soakMs
    this.rings.push({ ring, counts, state: "succeeded", startedMs, compliantMs, finishedMs: this.ms })
    this.#judge(ring, counts, { startedMs, soaked: soakMs / 1_000 }, policyVersion)
    const next = nextRing(ring, targetRing)
    if (next === undefined) this.#tell("DEPLOYMENT_COMPLETED", { ring })
    else {
      this.#tell("RING_PROMOTED", { from: ring, to: next })
      this.points.push(ringPromotion.add(1, { from_ring: ring, to_ring: next, status: "promoted" }))
    }
  }

  #stopIn(ring: Ring, policyVersion: number): void {
    const startedMs = this.ms
    this.ms += this.#drawn("stop", 10 * minute, 50 * minute)
    const { status } = this.plan
    if (status === "DEPLOYING") {
      this.rings.push({ ring, counts: countsOf(ring, { pending: 0.4 }), state: "deploying", startedMs })
    } else if (status === "FAILED") {
      this.reason = `${ring}: the back end did not answer.`
      const counts = countsOf(ring, { pending: 0.7 })
      this.rings.push({ ring, counts, state: "failed", startedMs, finishedMs: this.ms })
      this.#tell("DEPLOYMENT_FAILED", { ring, reason: this.reason })
    } else this.#goBack(ring, startedMs, policyVersion)
  }

  #goBack(ring: Ring, startedMs: number, policyVersion: number): void {
    const counts = countsOf(ring, { failed: 0.15, pending: 0.2 })
    const { explanation } = this.#judge(ring, counts, { startedMs, soaked: null }, policyVersion)
    this.reason = `${ring}: ${explanation}`
    this.#tell("ROLLBACK_INITIATED", { reason: this.reason, trigger: "gate" })
    this.points.push(deploymentRollback.add(1, { ring: this.plan.targetRing, trigger: "gate" }))
    this.ms += this.#drawn("back", 5 * minute, 30 * minute)
    this.#tell("ROLLBACK_COMPLETED", { reason: this.reason })
    this.rings.push({ ring, counts, state: "deploying", startedMs })
    for (const each of this.rings) Object.assign(each, { state: "rolled_back", finishedMs: this.ms })
  }

  #judge(ring: Ring, counts: DeviceCounts, since: { startedMs: number; soaked: number | null }, policyVersion: number) {
    const { targetRing } = this.plan
    const seconds = { elapsed: (this.ms - since.startedMs) / 1_000, soaked: since.soaked }
    const told = { ring, ms: this.ms, ...verdictOn(ring, targetRing, counts, seconds) }
    const { verdict, reason } = told.judgement
    this.gates.push(told)
    this.#tell("GATE_EVALUATED", { ring, ...told.judgement, policyVersion })
    this.points.push(promotionGateEvaluation.add(1, { ring, verdict, reason }))
    const next = nextRing(ring, targetRing)
    if (next !== undefined && verdict === "failed")
      this.points.push(ringPromotion.add(1, { from_ring: ring, to_ring: next, status: "blocked" }))
    return told.judgement
  }

  /** More to tell of it while it works: so many times it is held for a moment. Only where it has started. */
  interrupt(times: number): void {
    const [first] = this.rings
    if (first === undefined || this.startedMs === undefined) throw new Error("what has not started cannot be held")
    const ring = first.ring
    const reason = "Waits for the change window"
    const middle = this.events.findIndex(({ type }) => type === "RING_STARTED") + 1
    const interruptions = Array.from({ length: times }, (_, index) => {
      const ms = first.startedMs + Math.floor(((index + 1) * 10 * minute) / (times + 1))
      const held = { ms, principal: this.plan.submitter, data: { ring, reason } }
      return [{ ...held, type: "DEPLOYMENT_HELD" } as const, { ...held, type: "DEPLOYMENT_RESUMED" } as const]
    })
    this.events.splice(middle, 0, ...interruptions.flat())
  }
}
