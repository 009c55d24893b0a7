import { lockDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import type { TaskPayloads } from "../tasks/queues.ts"
import { closeOperation } from "./operation.ts"

/** Writes down that the back end has taken the roll-out on, and has it polled. A late run changes nothing. */
export async function recordDeploy(
  domain: Domain,
  task: TaskPayloads["deploy-to-ring"],
  externalId: string,
): Promise<void> {
  await domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, task.deploymentId)
    if (deployment === undefined) return
    if (!(await closeOperation(tx, { ...task, operation: "deploy" }, externalId))) return
    const payload = { deploymentId: task.deploymentId, ring: task.ring, sequence: 0, attempt: 0 }
    const delaySeconds = domain.policies[task.ring].pollIntervalSeconds
    await domain.tasks.enqueue(tx, "poll-ring", payload, { correlationId: deployment.correlationId, delaySeconds })
  })
}
