import { expireApprovals } from "../approvals/expire.ts"
import { guardedCall } from "../breaker/guard.ts"
import type { Domain } from "../domain.ts"
import { reconcile } from "../drift/reconcile.ts"
import { forgetKeys } from "../idempotency/forget.ts"
import { probeConnectors } from "../probes/probe.ts"
import { evaluateGate } from "../rings/evaluate.ts"
import { openPoll, recordPoll } from "../rings/poll.ts"
import { recordDeploy } from "../rings/record-deploy.ts"
import { openRollback, recordRollback } from "../rings/rollback.ts"
import { startRing } from "../rings/start.ts"
import { startWaiting } from "../rings/start-waiting.ts"
import { operationFailed, pollFailed } from "./failure.ts"
import type { TaskName, TaskPayloads } from "./queues.ts"

/** `signal` fires when a task that takes long should come to an end: the process stops, or the task was given to another. */
export type TaskHandlers = {
  readonly [N in TaskName]: (task: TaskPayloads[N], signal: AbortSignal) => Promise<void>
}

/**
 * What each task does: ask the database what is to be done, call the back end outside of any transaction, write down
 * what came of it. A back end's failure is counted and repeated by us; whatever else is thrown is the queue's to repeat.
 */
export function taskHandlers(domain: Domain): TaskHandlers {
  return {
    "deploy-to-ring": async (task) => {
      const call = await startRing(domain, task)
      if (call === undefined) return
      await guardedCall(domain, call.connectorType, "deploy", (connector, signal) =>
        connector.deploy(call.request, signal),
      ).then(
        (effect) => recordDeploy(domain, task, effect.externalId),
        (thrown: unknown) => operationFailed(domain, "deploy-to-ring", task, thrown),
      )
    },
    "poll-ring": async (task) => {
      const call = await openPoll(domain, task)
      if (call === undefined) return
      await guardedCall(domain, call.connectorType, "status", (connector, signal) =>
        connector.status(call.request, signal),
      ).then(
        (counts) => recordPoll(domain, task, counts),
        (thrown: unknown) => pollFailed(domain, task, thrown),
      )
    },
    "rollback-ring": async (task) => {
      const call = await openRollback(domain, task)
      if (call === undefined) return
      await guardedCall(domain, call.connectorType, "rollback", (connector, signal) =>
        connector.rollback(call.request, signal),
      ).then(
        (effect) => recordRollback(domain, task, effect.externalId),
        (thrown: unknown) => operationFailed(domain, "rollback-ring", task, thrown),
      )
    },
    "evaluate-gate": (task, signal) => evaluateGate(domain, task, signal),
    "probe-connectors": () => probeConnectors(domain),
    reconcile: (_task, signal) => reconcile(domain, signal),
    "start-waiting": (_task, signal) => startWaiting(domain, signal),
    "expire-approvals": (_task, signal) => expireApprovals(domain, signal),
    "forget-keys": () => forgetKeys(domain),
  }
}
