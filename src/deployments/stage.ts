import { eq } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import { currentTraceparent, type SpanAttributes, withSpan } from "../telemetry/trace.ts"

/** Whose story a stage belongs to. */
export interface Staged {
  readonly id: string
  readonly appName: string
  readonly connectorType: string
  readonly traceparent: string | null
  readonly stageTraceparent: string | null
}

type Stage =
  | "deployment.approve"
  | "deployment.promote"
  | "deployment.resume"
  | "deployment.rollback"
  | "ring.rollout"
  | "gate.evaluate"

/**
 * Runs a stage of a deployment's story: a short span in the deployment's one trace, whoever brought it about and however
 * long after the stage before, linked to that stage and to what asked for it. The next stage is linked to this one.
 */
export function inStage<T>(
  tx: Transaction,
  name: Stage,
  deployment: Staged,
  attributes: SpanAttributes,
  work: () => Promise<T>,
): Promise<T> {
  const own = {
    "deployment.id": deployment.id,
    "deployment.name": deployment.appName,
    "eucora.connector": deployment.connectorType,
    ...attributes,
  }
  const links = [deployment.stageTraceparent, currentTraceparent()]
  return withSpan(
    name,
    own,
    async () => {
      const stageTraceparent = currentTraceparent()
      if (stageTraceparent !== undefined)
        await tx.update(deployments).set({ stageTraceparent }).where(eq(deployments.id, deployment.id))
      return work()
    },
    { parent: deployment.traceparent, links },
  )
}
