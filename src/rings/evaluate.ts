import type { Transaction } from "../db/client.ts"
import { type LockedDeployment, lockDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import { backoffSeconds } from "../lib/backoff.ts"
import type { TaskPayloads } from "../tasks/queues.ts"
import { metrics } from "../telemetry/metrics.ts"
import { actOn } from "./act.ts"
import { gatherEvidence } from "./evidence.ts"
import { judge, type QueryAnswer } from "./gate.ts"
import { policyFor } from "./policies.ts"
import type { RingPolicy } from "./policy.ts"
import { nextSequence, pollLater } from "./poll.ts"
import { fillIn } from "./query.ts"

type GateTask = TaskPayloads["evaluate-gate"]

/** What Prometheus is to be asked for a gate. */
interface GateQuery {
  readonly promql: string
  readonly timeoutSeconds: number
}

/**
 * Judges a ring by its newest measurement: asks Prometheus where the policy has a query, outside of any transaction, and
 * does what follows from the verdict. A late run changes nothing.
 */
export async function evaluateGate(domain: Domain, task: GateTask, signal: AbortSignal): Promise<void> {
  const query = await openGate(domain, task)
  if (query === undefined) return recordGate(domain, task, undefined)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(query.timeoutSeconds * 1_000)])
  const answer = await domain.askMetrics(query.promql, limit)
  signal.throwIfAborted() // the process stops: that is no answer of Prometheus'
  if (answer.kind === "error") metrics.gateQueryErrors.add({ ring: task.ring })
  await recordGate(domain, task, { promql: query.promql, answer })
}

function openGate(domain: Domain, task: GateTask): Promise<GateQuery | undefined> {
  return domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment === undefined) return undefined
    const { policy } = await policyFor(tx, domain.ringProfile, task.ring, deployment.policyVersion)
    if (policy.query === null) return undefined
    const { appName, version } = deployment
    const promql = fillIn(policy.query.promql, { deploymentId: deployment.id, appName, version, ring: task.ring })
    return { promql, timeoutSeconds: policy.query.timeoutSeconds }
  })
}

async function recordGate(
  domain: Domain,
  task: GateTask,
  query: { readonly promql: string; readonly answer: QueryAnswer } | undefined,
): Promise<void> {
  await domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment?.status !== "DEPLOYING" || !(await nextSequence(tx, task))) return
    const { policy, version } = await policyFor(tx, domain.ringProfile, task.ring, deployment.policyVersion)
    const next = { ...task, sequence: task.sequence + 1 }
    const evidence = { ...(await gatherEvidence(tx, deployment, task.ring, policy)), ...(query && { query }) }
    const judgement = deployment.heldAt === null ? judge(evidence, policy) : undefined
    if (judgement?.reason === "query_error" && (await askAgain(tx, domain, deployment, next, policy))) return
    const goesOn =
      judgement === undefined ||
      (await actOn(tx, domain, deployment, { ring: task.ring, judgement, evidence, policy, version }))
    if (goesOn) await pollLater(tx, domain, deployment, next, policy)
  })
}

const backoff = { baseSeconds: 1, capSeconds: 60 }

/** A query on which it all rests and that was not answered is asked again, as often as the policy lets errors be. */
async function askAgain(
  tx: Transaction,
  domain: Domain,
  { correlationId }: LockedDeployment,
  task: GateTask,
  { errorLimit }: RingPolicy,
): Promise<boolean> {
  const attempt = task.attempt + 1
  if (attempt >= errorLimit) return false
  const delaySeconds = backoffSeconds(attempt - 1, backoff, Math.random())
  await domain.tasks.enqueue(tx, "evaluate-gate", { ...task, attempt }, { correlationId, delaySeconds })
  return true
}
