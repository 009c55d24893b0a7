import { and, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import type { Domain } from "../domain.ts"
import { appendEvents, type NewEvent } from "../events/append.ts"
import { rings } from "../rings/rings.ts"
import { wakeWaiting } from "../rings/slot.ts"
import {
  deploymentDuration,
  deploymentLeadTime,
  deploymentTimeToRestore,
  deploymentTotal,
} from "../telemetry/domain-counts.ts"
import type { MetricPoint } from "../telemetry/durable/definition.ts"
import type { LockedDeployment } from "./lock.ts"
import { deploymentColumns, idleUntilNow, toDeployment } from "./row.ts"
import { mustAllow, sources } from "./state.ts"
import type { Deployment, DeploymentOutcome } from "./types.ts"

/** How a deployment ends, in whose name, and the event that says so. */
export interface Ending {
  readonly status: DeploymentOutcome
  readonly principal: string
  readonly event: NewEvent
  /** In a sentence; null when nothing went wrong. */
  readonly reason: string | null
}

/**
 * Ends a deployment in the caller's transaction: status, first outcome, event, metric points, and the next in line for
 * the ring it leaves. Throws AppError `invalid_transition`.
 */
export async function finishDeployment(
  tx: Transaction,
  domain: Domain,
  deployment: LockedDeployment,
  ending: Ending,
): Promise<Deployment> {
  mustAllow(deployment.status, ending.status)
  const [row] = await tx
    .update(deployments)
    .set({
      status: ending.status,
      outcome: sql`coalesce(outcome, ${ending.status})`,
      idleSeconds: idleUntilNow,
      heldAt: null,
      heldReason: null,
      waitingSince: null,
      ...(isBroken(ending.status) && { brokenAt: sql`now()` }),
      reason: ending.reason,
      finishedAt: sql`coalesce(finished_at, now())`,
    })
    .where(and(eq(deployments.id, deployment.id), inArray(deployments.status, sources(ending.status))))
    .returning({
      ...deploymentColumns(),
      workSeconds: sql<number | null>`extract(epoch FROM now() - started_at)::float8 - idle_seconds`,
      leadSeconds: sql<number>`extract(epoch FROM now() - created_at)::float8`,
    })
  if (row === undefined) throw new Error("a locked deployment changed its status")
  const { workSeconds: work, leadSeconds, ...columns } = row
  const points = deployment.outcome === null ? outcomePoints(deployment, ending.status, work, leadSeconds) : []
  const restored = ending.status === "COMPLETED" ? await restoreEarlier(tx, deployment) : []
  await appendEvents(tx, eventContext(deployment, ending.principal), [ending.event], [...points, ...restored])
  // Who ends before the first ring may have been the one that those behind it in the line waited for.
  await wakeWaiting(tx, domain, deployment.applicationId, deployment.currentRing ?? rings[0])
  return toDeployment(columns)
}

const isBroken = (status: DeploymentOutcome) => status === "FAILED" || status === "ROLLED_BACK"

/** What failed of the application before, and was not made good yet, is now: each is timed once. */
async function restoreEarlier(tx: Transaction, { applicationId }: LockedDeployment): Promise<MetricPoint[]> {
  const restored = await tx
    .update(deployments)
    .set({ restoredAt: sql`now()` })
    .where(
      and(
        eq(deployments.applicationId, applicationId),
        isNotNull(deployments.brokenAt),
        isNull(deployments.restoredAt),
      ),
    )
    .returning({ ring: deployments.targetRing, seconds: sql<number>`extract(epoch FROM now() - broken_at)::float8` })
  return restored.map(({ ring, seconds }) => deploymentTimeToRestore.record(seconds, { ring }))
}

/** The points of a first outcome: counted once, timed when it had begun to work. */
function outcomePoints(deployment: LockedDeployment, status: DeploymentOutcome, work: number | null, lead: number) {
  const { label: app_name, targetRing: ring } = deployment
  const requires_cab = deployment.requiresCab ? "true" : "false"
  const counted = deploymentTotal.add(1, { app_name, ring, status, requires_cab })
  const timed = work === null ? [] : [deploymentDuration.record(Math.max(0, work), { app_name, ring, status })]
  const led = status === "COMPLETED" ? [deploymentLeadTime.record(lead, { ring })] : []
  return [counted, ...timed, ...led]
}

/** Where a deployment's events go, in the name of whoever acts. */
export function eventContext(deployment: { readonly id: string; readonly correlationId: string }, principal: string) {
  return {
    subjectType: "deployment",
    subjectId: deployment.id,
    principal,
    correlationId: deployment.correlationId,
  } as const
}
