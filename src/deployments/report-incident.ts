import { and, eq, getTableColumns, isNotNull } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { operations, rollouts } from "../db/schema.ts"
import { incidents } from "../db/schema-gates.ts"
import type { Domain } from "../domain.ts"
import { appendEvents } from "../events/append.ts"
import { AppError } from "../lib/errors.ts"
import type { Caller } from "../lib/principal.ts"
import { askGate } from "../rings/poll.ts"
import type { Ring } from "../rings/rings.ts"
import { eventContext } from "./finish.ts"
import { type LockedDeployment, mustLock } from "./lock.ts"
import type { Incident, NewIncident } from "./types.ts"

const { deploymentId: _, ...incidentColumns } = getTableColumns(incidents)

/**
 * Writes down that something went wrong where a deployment is being rolled out, or was. In a ring that is going on the gate
 * is asked at once. Throws AppError `not_found`, `invalid_transition` when no ring has started.
 */
export function reportIncident(domain: Domain, caller: Caller, id: string, incident: NewIncident): Promise<Incident> {
  return domain.db.transaction(async (tx) => {
    const deployment = await mustLock(tx, id)
    const ring = deployment.currentRing
    if (ring === null) throw new AppError("invalid_transition", "An incident needs a ring, and none has started.")
    const reportedBy = caller.principal.name
    const [reported] = await tx
      .insert(incidents)
      .values({ deploymentId: id, ring, reportedBy, summary: incident.summary, reference: incident.reference ?? null })
      .onConflictDoNothing()
      .returning(incidentColumns)
    if (reported === undefined) return known(tx, id, incident.reference ?? "")
    const { summary, reference } = reported
    const event = { type: "INCIDENT_REPORTED", data: { ring, summary, reference } } as const
    await appendEvents(tx, eventContext(deployment, reportedBy), [event])
    await judgeNow(tx, domain, deployment, ring)
    return reported
  })
}

async function known(tx: Transaction, deploymentId: string, reference: string): Promise<Incident> {
  const [row] = await tx
    .select(incidentColumns)
    .from(incidents)
    .where(and(eq(incidents.deploymentId, deploymentId), eq(incidents.reference, reference)))
  if (row === undefined) throw new Error("an incident that was there is gone")
  return row
}

/** Not before the back end has taken the roll-out on: until then there is nothing that could have gone wrong by it. */
async function judgeNow(tx: Transaction, domain: Domain, deployment: LockedDeployment, ring: Ring): Promise<void> {
  const { id: deploymentId } = deployment
  const [current] = await tx
    .select({ sequence: rollouts.sequence })
    .from(rollouts)
    .innerJoin(
      operations,
      and(
        eq(operations.deploymentId, rollouts.deploymentId),
        eq(operations.ring, rollouts.ring),
        eq(operations.operation, "deploy"),
      ),
    )
    .where(
      and(
        eq(rollouts.deploymentId, deploymentId),
        eq(rollouts.ring, ring),
        eq(rollouts.state, "deploying"),
        isNotNull(operations.doneAt),
      ),
    )
  if (current !== undefined) await askGate(tx, domain, deployment, { deploymentId, ring, ...current })
}
