import { and, eq, sql } from "drizzle-orm"
import { BreakerOpen } from "../breaker/breaker-open.ts"
import { ConnectorError } from "../connectors/types.ts"
import type { Transaction } from "../db/client.ts"
import { rollouts } from "../db/schema.ts"
import { type LockedDeployment, lockDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import { backoffSeconds } from "../lib/backoff.ts"
import { countAttempt } from "../rings/operation.ts"
import { failDeployment } from "../rings/poll.ts"
import { metrics } from "../telemetry/metrics.ts"
import type { TaskPayloads } from "./queues.ts"

/** After this many failed attempts the deployment has failed. */
const maxAttempts = 8
const backoff = { baseSeconds: 1, capSeconds: 60 }

type OperationTask = "deploy-to-ring" | "rollback-ring"
type RingTask = OperationTask | "poll-ring"

/**
 * A deploy or roll-back that the back end did not take: tried again when that can help, else the deployment has failed.
 * One that a circuit breaker refused is tried again for as long as the outage lasts.
 */
export async function operationFailed(
  domain: Domain,
  name: OperationTask,
  task: TaskPayloads[OperationTask],
  thrown: unknown,
): Promise<void> {
  const error = connectorErrorOf(thrown)
  await domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment === undefined) return
    const operation = name === "deploy-to-ring" ? "deploy" : "rollback"
    if (!(await countAttempt(tx, { ...task, operation }))) return
    await repeatOrFail(tx, domain, name, deployment, afterAttempt(task, error), error)
  })
}

/** A poll without an answer: the next one has a new sequence, so that this one cannot come back late. */
export async function pollFailed(domain: Domain, task: TaskPayloads["poll-ring"], thrown: unknown): Promise<void> {
  const error = connectorErrorOf(thrown)
  await domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment?.status !== "DEPLOYING") return
    const moved = await tx
      .update(rollouts)
      .set({ sequence: sql`sequence + 1` })
      .where(
        and(
          eq(rollouts.deploymentId, task.deploymentId),
          eq(rollouts.ring, task.ring),
          eq(rollouts.sequence, task.sequence),
        ),
      )
      .returning({ sequence: rollouts.sequence })
    const [next] = moved
    if (next === undefined) return
    await repeatOrFail(tx, domain, "poll-ring", deployment, { ...afterAttempt(task, error), ...next }, error)
  })
}

/** What is not a back end's failure is ours or the database's: the queue repeats the task. */
function connectorErrorOf(thrown: unknown): ConnectorError {
  if (thrown instanceof ConnectorError) return thrown
  throw thrown
}

function afterAttempt<T extends TaskPayloads[RingTask]>(task: T, error: ConnectorError): T {
  const refused = (task.refused ?? 0) + (error instanceof BreakerOpen ? 1 : 0)
  return { ...task, attempt: task.attempt + 1, refused }
}

async function repeatOrFail<N extends RingTask>(
  tx: Transaction,
  domain: Domain,
  name: N,
  deployment: LockedDeployment,
  next: TaskPayloads[N],
  error: ConnectorError,
): Promise<void> {
  const failures = next.attempt - (next.refused ?? 0)
  const refused = error instanceof BreakerOpen
  if (!refused && (error.errorClass !== "transient" || failures >= maxAttempts)) {
    await failDeployment(tx, domain, deployment, `${name} in ${next.ring} failed: ${error.message}`)
    return
  }
  const delaySeconds = refused ? afterRefusal(error) : afterFailure(error, failures)
  await domain.tasks.enqueue(tx, name, next, { correlationId: deployment.correlationId, delaySeconds })
  if (!refused) metrics.taskRetries.add({ task_name: name })
}

function afterFailure({ retryAfterSeconds = 0 }: ConnectorError, failures: number): number {
  return Math.max(retryAfterSeconds, backoffSeconds(failures - 1, backoff, Math.random()))
}

/** Spread, so that all who were refused in an outage do not come back in the same moment. */
function afterRefusal({ retryAfterSeconds }: BreakerOpen): number {
  return retryAfterSeconds * (1 + Math.random() / 4)
}
