import { BreakerOpen } from "../breaker/breaker-open.ts"
import { ConnectorError } from "../connectors/types.ts"
import type { Transaction } from "../db/client.ts"
import { type LockedDeployment, lockDeployment } from "../deployments/lock.ts"
import { inStage } from "../deployments/stage.ts"
import type { Domain } from "../domain.ts"
import { backoffSeconds } from "../lib/backoff.ts"
import { recordEvaluation } from "../rings/act.ts"
import { gatherEvidence } from "../rings/evidence.ts"
import { unmeasurable } from "../rings/gate.ts"
import { giveUp } from "../rings/give-up.ts"
import { countAttempt } from "../rings/operation.ts"
import { policyFor } from "../rings/policies.ts"
import { nextSequence, pollLater } from "../rings/poll.ts"
import { metrics } from "../telemetry/metrics.ts"
import type { TaskPayloads } from "./queues.ts"

const backoff = { baseSeconds: 1, capSeconds: 60 }

type OperationTask = "deploy-to-ring" | "rollback-ring"
type ConnectorTask = OperationTask | "poll-ring"

/**
 * A deploy or roll-back that the back end did not take: tried again when that can help, else the deployment is given up.
 * One that a circuit breaker refused is tried again for as long as the outage lasts. A late run changes nothing.
 */
export async function operationFailed<N extends OperationTask>(
  domain: Domain,
  name: N,
  task: TaskPayloads[N],
  thrown: unknown,
): Promise<void> {
  const error = connectorErrorOf(thrown)
  await domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment === undefined) return
    const [operation, status] =
      name === "deploy-to-ring" ? (["deploy", "DEPLOYING"] as const) : (["rollback", "ROLLING_BACK"] as const)
    if (!(await countAttempt(tx, { ...task, operation })) || deployment.status !== status) return
    const { policy } = await policyFor(tx, domain.ringProfile, task.ring, deployment.policyVersion)
    const next = afterAttempt(task, error)
    if (!isExhausted(next, error, policy.errorLimit)) return repeat(tx, domain, name, deployment, next, error)
    await giveUp(tx, domain, deployment, `${name} in ${task.ring} failed: ${error.message}`, policy)
  })
}

/**
 * A poll without an answer: the next one has a new sequence, so that this one cannot come back late. Too many in a row and
 * the gate says that it cannot be measured; while the deployment is held nobody waits for an answer, and nothing is given up.
 */
export async function pollFailed(domain: Domain, task: TaskPayloads["poll-ring"], thrown: unknown): Promise<void> {
  const error = connectorErrorOf(thrown)
  await domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment?.status !== "DEPLOYING" || !(await nextSequence(tx, task))) return
    const { policy, version } = await policyFor(tx, domain.ringProfile, task.ring, deployment.policyVersion)
    const next = { ...afterAttempt(task, error), sequence: task.sequence + 1 }
    if (!isExhausted(next, error, policy.errorLimit)) return repeat(tx, domain, "poll-ring", deployment, next, error)
    if (deployment.heldAt !== null) return pollLater(tx, domain, deployment, next, policy)
    const evidence = await gatherEvidence(tx, deployment, task.ring, policy)
    const judgement = unmeasurable(evidence.counts, error.message)
    const attributes = {
      "eucora.ring": task.ring,
      "eucora.outcome": judgement.verdict,
      "eucora.gate.reason": "measuring",
    }
    await inStage(tx, "gate.evaluate", deployment, attributes, async () => {
      await recordEvaluation(tx, deployment, { ring: task.ring, judgement, evidence, policy, version })
      await giveUp(tx, domain, deployment, `${task.ring}: ${judgement.explanation}`, policy)
    })
  })
}

/** What is not a back end's failure is ours or the database's: the queue repeats the task. */
function connectorErrorOf(thrown: unknown): ConnectorError {
  if (thrown instanceof ConnectorError) return thrown
  throw thrown
}

function afterAttempt<T extends TaskPayloads[ConnectorTask]>(task: T, error: ConnectorError): T {
  const refused = (task.refused ?? 0) + (error instanceof BreakerOpen ? 1 : 0)
  return { ...task, attempt: task.attempt + 1, refused }
}

const failuresOf = ({ attempt, refused = 0 }: { readonly attempt: number; readonly refused?: number }) =>
  attempt - refused

function isExhausted(next: TaskPayloads[ConnectorTask], error: ConnectorError, errorLimit: number): boolean {
  if (error instanceof BreakerOpen) return false
  return error.errorClass !== "transient" || failuresOf(next) >= errorLimit
}

async function repeat<N extends ConnectorTask>(
  tx: Transaction,
  domain: Domain,
  name: N,
  { correlationId, connectorType }: LockedDeployment,
  next: TaskPayloads[N],
  error: ConnectorError,
): Promise<void> {
  const refused = error instanceof BreakerOpen
  const delaySeconds = refused ? afterRefusal(error) : afterFailure(error, failuresOf(next))
  await domain.tasks.enqueue(tx, name, next, { correlationId, connectorType, delaySeconds })
  if (!refused) metrics.taskRetries.add({ task_name: name })
}

function afterFailure({ retryAfterSeconds = 0 }: ConnectorError, failures: number): number {
  return Math.max(retryAfterSeconds, backoffSeconds(failures - 1, backoff, Math.random()))
}

/** Spread, so that all who were refused in an outage do not come back in the same moment. */
function afterRefusal({ retryAfterSeconds }: BreakerOpen): number {
  return retryAfterSeconds * (1 + Math.random() / 4)
}
