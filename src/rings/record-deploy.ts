import { lockDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import type { TaskPayloads } from "../tasks/queues.ts"
import { closeOperation } from "./operation.ts"
import { policyFor } from "./policies.ts"
import { pollLater } from "./poll.ts"

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
    // What came back to a deployment that is being rolled back has told where its effect is, and that was all.
    if (deployment.status !== "DEPLOYING") return
    const { policy } = await policyFor(tx, domain.ringProfile, task.ring, deployment.policyVersion)
    await pollLater(tx, domain, deployment, { ...task, sequence: 0 }, policy)
  })
}
