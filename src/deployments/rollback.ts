import { eq, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import type { Domain } from "../domain.ts"
import { appendEvents } from "../events/append.ts"
import { AppError } from "../lib/errors.ts"
import type { Caller } from "../lib/principal.ts"
import { rollBackNext } from "../rings/rollback.ts"
import { deploymentRollback } from "../telemetry/domain-counts.ts"
import { currentTraceparent, withSpan } from "../telemetry/trace.ts"
import { eventContext } from "./finish.ts"
import { type LockedDeployment, lockDeployment } from "./lock.ts"
import { deploymentColumns, toDeployment } from "./row.ts"
import { mustAllow } from "./state.ts"
import type { Deployment } from "./types.ts"

/**
 * Takes a finished deployment back, ring by ring in reverse, to the version each ring had before. A ring that meanwhile
 * holds a newer deployment is left alone. Throws AppError `not_found`, `invalid_transition`.
 */
export function rollbackDeployment(domain: Domain, caller: Caller, id: string, reason: string): Promise<Deployment> {
  return domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, id)
    if (deployment === undefined) throw new AppError("not_found", `There is no deployment ${id}.`)
    mustAllow(deployment.status, "ROLLING_BACK")
    return inTraceOf(deployment, () => begin(tx, domain, caller, deployment, reason))
  })
}

/** The roll-back is a stage of the deployment's story, linked to the stage before; the request that asked for it is its own trace. */
function inTraceOf<T>(deployment: LockedDeployment, work: () => Promise<T>): Promise<T> {
  const attributes = { "deployment.id": deployment.id, "deployment.name": deployment.appName }
  const parent = deployment.traceparent ?? undefined
  const links = [deployment.stageTraceparent, currentTraceparent()].filter((link) => typeof link === "string")
  return withSpan("deployment.rollback", attributes, work, { parent, links })
}

async function begin(
  tx: Transaction,
  domain: Domain,
  caller: Caller,
  deployment: LockedDeployment,
  reason: string,
): Promise<Deployment> {
  await tx
    .update(deployments)
    .set({ status: "ROLLING_BACK", reason, stageTraceparent: currentTraceparent() ?? null, currentRing: null })
    .where(eq(deployments.id, deployment.id))
  const event = { type: "ROLLBACK_INITIATED", data: { reason } } as const
  const point = deploymentRollback.add(1, { ring: deployment.targetRing, trigger: "manual" })
  await appendEvents(tx, eventContext(deployment, caller.principal.name), [event], [point])
  await rollBackNext(tx, domain, { ...deployment, status: "ROLLING_BACK", currentRing: null, reason })
  const [row] = await tx.select(deploymentColumns()).from(deployments).where(sql`${deployments.id} = ${deployment.id}`)
  if (row === undefined) throw new Error("a locked deployment vanished")
  return toDeployment(row)
}
