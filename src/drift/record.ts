import { and, eq, isNull, sql } from "drizzle-orm"
import type { DeviceCounts, InstalledVersion } from "../connectors/types.ts"
import type { Transaction } from "../db/client.ts"
import { drifts } from "../db/schema-drift.ts"
import { eventContext } from "../deployments/finish.ts"
import { lockDeployment } from "../deployments/lock.ts"
import type { Domain } from "../domain.ts"
import { appendEvents, type NewEvent } from "../events/append.ts"
import { enginePrincipal } from "../lib/principal.ts"
import { currentPolicy } from "../rings/policies.ts"
import { log } from "../telemetry/log.ts"
import { type Check, lockCheck, writeCheck } from "./check-row.ts"
import { type Deviations, deviations, type Floor, lowered, otherVersions, tally } from "./compare.ts"
import { type Holding, stillHolds } from "./holdings.ts"
import { type DriftKind, driftKinds, type FoundVersion } from "./types.ts"

/** What a back end says about a ring. */
export interface Findings {
  readonly counts: DeviceCounts
  /** Absent where the back end keeps what it did, and not what devices have. */
  readonly inventory?: { readonly versions: readonly InstalledVersion[]; readonly lagSeconds: number }
}

/**
 * Writes down what a look at a ring found: drifts open, go on and close. A late look, and one at a ring that has changed
 * hands meanwhile, changes nothing.
 */
export async function recordCheck(domain: Domain, holding: Holding, check: Check, findings: Findings): Promise<void> {
  const opened = await domain.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, holding.deploymentId)
    if (deployment === undefined || !(await stillHolds(tx, holding))) return []
    const row = await lockCheck(tx, holding, check)
    if (row === undefined) return []
    const found = await judge(tx, domain, holding, findings, row.floor)
    const events = await write(tx, holding, found, otherVersions(findings.inventory?.versions ?? [], holding.version))
    if (events.length > 0) await appendEvents(tx, eventContext(deployment, enginePrincipal), events)
    return events
  })
  const { deploymentId: deployment_id, appName } = holding
  for (const { data } of opened) log.warn("drift detected", { deployment_id, app_name: appName, ...data })
}

async function judge(
  tx: Transaction,
  domain: Domain,
  holding: Holding,
  { counts: { pending }, inventory }: Findings,
  floor: Floor | undefined,
): Promise<Deviations> {
  const { policy } = await currentPolicy(tx, domain.ringProfile, holding.ring)
  const limitSeconds = policy.complianceLimitSeconds
  if (inventory === undefined) {
    const seconds = await writeCheck(tx, holding, undefined, pending)
    return deviations({ pending, seconds, limitSeconds })
  }
  const seen = tally(inventory.versions, holding.version)
  const lower = lowered(floor, seen, { ...holding, lagSeconds: inventory.lagSeconds })
  const seconds = await writeCheck(tx, holding, lower, pending)
  return deviations({ pending, seconds, limitSeconds }, { seen, floor: lower })
}

/** Answers the events of those that are new. */
async function write(
  tx: Transaction,
  holding: Holding,
  found: Deviations,
  versions: readonly FoundVersion[],
): Promise<NewEvent[]> {
  const events: NewEvent[] = []
  for (const kind of driftKinds) {
    const devices = found[kind]
    if (devices === undefined) continue
    const details = { devices, found: kind === "version_mismatch" ? versions : [] }
    if (devices === 0) await close(tx, holding, kind)
    else if (!(await goOn(tx, holding, kind, details))) events.push(await open(tx, holding, kind, details))
  }
  return events
}

interface Details {
  readonly devices: number
  readonly found: readonly FoundVersion[]
}

const openDrift = ({ deploymentId, ring }: Holding, kind: DriftKind) =>
  and(eq(drifts.deploymentId, deploymentId), eq(drifts.ring, ring), eq(drifts.kind, kind), isNull(drifts.closedAt))

async function close(tx: Transaction, holding: Holding, kind: DriftKind): Promise<void> {
  await tx.update(drifts).set({ closedAt: sql`now()` }).where(openDrift(holding, kind))
}

/** Whether there is an open one, which now is as it was seen last. */
async function goOn(tx: Transaction, holding: Holding, kind: DriftKind, details: Details): Promise<boolean> {
  const updated = await tx
    .update(drifts)
    .set({ ...details, seenAt: sql`now()` })
    .where(openDrift(holding, kind))
    .returning({ id: drifts.id })
  return updated.length > 0
}

async function open(tx: Transaction, holding: Holding, kind: DriftKind, details: Details): Promise<NewEvent> {
  const { deploymentId, ring, version: expectedVersion } = holding
  await tx.insert(drifts).values({ deploymentId, ring, kind, expectedVersion, ...details })
  return { type: "DRIFT_DETECTED", data: { ring, kind, expectedVersion, ...details } }
}
