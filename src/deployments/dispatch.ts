import { randomUUID } from "node:crypto"
import type { Transaction } from "../db/client.ts"
import type { Domain } from "../domain.ts"
import type { Ring } from "../rings/rings.ts"
import type { Deployment } from "./types.ts"

/** Sends a deployment into a ring: the first when it is cleared, the next when it is promoted. There it may have to wait. */
export function dispatchDeployment(
  tx: Transaction,
  domain: Domain,
  { id, correlationId, connectorType }: Pick<Deployment, "id" | "correlationId" | "connectorType">,
  ring: Ring = "LAB",
  delaySeconds = 0,
): Promise<void> {
  const payload = { deploymentId: id, ring, attempt: 0, claim: randomUUID() }
  return domain.tasks.enqueue(tx, "deploy-to-ring", payload, { correlationId, connectorType, delaySeconds })
}
