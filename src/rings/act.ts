import { and, desc, eq, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { rollouts } from "../db/schema.ts"
import { gateEvaluations } from "../db/schema-gates.ts"
import { beginRollback } from "../deployments/begin-rollback.ts"
import { eventContext } from "../deployments/finish.ts"
import { stopIdling } from "../deployments/idle.ts"
import type { LockedDeployment } from "../deployments/lock.ts"
import { putOnHold } from "../deployments/put-on-hold.ts"
import { inStage } from "../deployments/stage.ts"
import type { Domain } from "../domain.ts"
import { appendEvents } from "../events/append.ts"
import { enginePrincipal } from "../lib/principal.ts"
import { promotionGateEvaluation, ringPromotion } from "../telemetry/domain-counts.ts"
import { currentTraceId } from "../telemetry/trace.ts"
import { ringOf } from "./evidence.ts"
import type { GateEvidence, GateJudgement } from "./gate.ts"
import type { RingPolicy } from "./policy.ts"
import { goOn } from "./promote.ts"
import { nextRing, type Ring } from "./rings.ts"

export interface Evaluation {
  readonly ring: Ring
  readonly judgement: GateJudgement
  readonly evidence: GateEvidence
  readonly policy: RingPolicy
  /** Of the policy. */
  readonly version: number
}

/**
 * Writes a judgement down and does what follows: on to the next ring, on hold, or back. A stage of the deployment's
 * story. Answers whether the ring is to be measured on.
 */
export async function actOn(
  tx: Transaction,
  domain: Domain,
  deployment: LockedDeployment,
  evaluation: Evaluation,
): Promise<boolean> {
  const { ring, judgement } = evaluation
  // An alert that goes on firing has been told once.
  if (judgement.reason === "alert" && (await saidLast(tx, deployment.id, ring)) === "alert") return true
  return inStage(tx, "gate.evaluate", deployment, attributesOf(evaluation), async () => {
    await recordEvaluation(tx, deployment, evaluation)
    if (judgement.verdict === "passed") return passRing(tx, domain, deployment, evaluation)
    if (judgement.reason === "alert") return true
    const reason = `${ring}: ${judgement.explanation}`
    if (judgement.verdict === "inconclusive" || evaluation.policy.onFailure === "hold") {
      await putOnHold(tx, domain, deployment, { principal: enginePrincipal, reason })
      return true
    }
    const trigger = judgement.reason === "incidents" ? "incident" : "gate"
    await beginRollback(tx, domain, deployment, { principal: enginePrincipal, reason, trigger })
    return false
  })
}

function attributesOf({ ring, judgement }: Evaluation) {
  return {
    "eucora.ring": ring,
    "eucora.outcome": judgement.verdict,
    "eucora.gate.reason": judgement.reason,
    "eucora.gate.explanation": judgement.explanation,
    "eucora.gate.value": judgement.value ?? undefined,
    "eucora.gate.threshold": judgement.threshold ?? undefined,
    "eucora.gate.sample": judgement.sample,
    "eucora.gate.source": judgement.source,
  }
}

async function saidLast(tx: Transaction, deploymentId: string, ring: Ring): Promise<string | undefined> {
  const [last] = await tx
    .select({ reason: gateEvaluations.reason })
    .from(gateEvaluations)
    .where(and(eq(gateEvaluations.deploymentId, deploymentId), eq(gateEvaluations.ring, ring)))
    .orderBy(desc(gateEvaluations.at), desc(gateEvaluations.id))
    .limit(1)
  return last?.reason
}

/** The row, the event and the points: the one answer to why it stopped. */
export async function recordEvaluation(
  tx: Transaction,
  deployment: LockedDeployment,
  { ring, judgement, evidence, version }: Evaluation,
): Promise<void> {
  const { verdict, reason } = judgement
  await tx.insert(gateEvaluations).values({
    deploymentId: deployment.id,
    ring,
    ...judgement,
    evidence,
    policyVersion: version,
    traceId: currentTraceId() ?? null,
  })
  const next = nextRing(ring, deployment.targetRing)
  const kept = verdict === "failed" ? "blocked" : "inconclusive"
  const points = [promotionGateEvaluation.add(1, { ring, verdict, reason })]
  if (next !== undefined && verdict !== "passed")
    points.push(ringPromotion.add(1, { from_ring: ring, to_ring: next, status: kept }))
  const event = { type: "GATE_EVALUATED", data: { ring, ...judgement, policyVersion: version } } as const
  await appendEvents(tx, eventContext(deployment, enginePrincipal), [event], points)
}

/** The ring is done: on to the next one, unless that is for an operator to say. */
async function passRing(
  tx: Transaction,
  domain: Domain,
  deployment: LockedDeployment,
  { ring, policy }: Evaluation,
): Promise<false> {
  await stopIdling(tx, deployment.id)
  await tx
    .update(rollouts)
    .set({ state: "passed", finishedAt: sql`now()` })
    .where(ringOf({ deploymentId: deployment.id, ring }))
  if (policy.promotion === "manual" && nextRing(ring, deployment.targetRing) !== undefined) {
    const reason = `${ring} has passed its gate and waits to be promoted by an operator.`
    await putOnHold(tx, domain, deployment, { principal: enginePrincipal, reason })
    return false
  }
  await goOn(tx, domain, deployment, ring, { principal: enginePrincipal })
  return false
}
