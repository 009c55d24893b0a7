import { and, eq, isNotNull, notInArray, sql } from "drizzle-orm"
import type { ConnectorType } from "../connectors/types.ts"
import type { Database, Transaction } from "../db/client.ts"
import { connectorHealth } from "../db/schema-drift.ts"
import type { ConnectorHealth, ProbeFailure } from "./types.ts"

/** A probe that has begun. Only the newest one of its back end may say what came of it. */
export interface Probe {
  readonly type: ConnectorType
  readonly sequence: number
}

/** What came of a probe. */
export type ProbeResult =
  | { readonly healthy: true }
  | { readonly healthy: false; readonly failure: ProbeFailure; readonly message: string }

/** Begins a probe of each of the types, and remembers which back ends are not configured any more. */
export function beginProbes(db: Database, types: readonly ConnectorType[]): Promise<Probe[]> {
  return db.transaction(async (tx) => {
    await tx
      .update(connectorHealth)
      .set({ configured: false })
      .where(and(eq(connectorHealth.configured, true), notInArray(connectorHealth.connectorType, [...types])))
    if (types.length === 0) return []
    return tx
      .insert(connectorHealth)
      .values(types.map((connectorType) => ({ connectorType })))
      .onConflictDoUpdate({
        target: connectorHealth.connectorType,
        set: { configured: true, sequence: sql`${connectorHealth.sequence} + 1` },
      })
      .returning({ type: connectorHealth.connectorType, sequence: connectorHealth.sequence })
  })
}

/** The row of a probe, locked; undefined when a newer one has begun. */
export async function lockProbe(tx: Transaction, { type, sequence }: Probe) {
  const [row] = await tx
    .select()
    .from(connectorHealth)
    .where(and(eq(connectorHealth.connectorType, type), eq(connectorHealth.sequence, sequence)))
    .for("no key update")
  return row
}

/** Writes what came of it. `since` begins anew with a change, and with the first result. */
export async function writeResult(tx: Transaction, { type }: Probe, result: ProbeResult): Promise<void> {
  const { healthy } = result
  const failure = result.healthy
    ? {}
    : { lastErrorClass: result.failure.errorClass, lastErrorType: result.failure.errorType }
  await tx
    .update(connectorHealth)
    .set({
      healthy,
      since: sql`CASE WHEN ${connectorHealth.healthy} = ${healthy} THEN ${connectorHealth.since} ELSE now() END`,
      checkedAt: sql`now()`,
      ...failure,
    })
    .where(eq(connectorHealth.connectorType, type))
}

/** What is known of every back end that was configured when probes were last made. */
export async function readHealth(db: Database): Promise<ReadonlyMap<ConnectorType, ConnectorHealth>> {
  const rows = await db
    .select()
    .from(connectorHealth)
    .where(and(eq(connectorHealth.configured, true), isNotNull(connectorHealth.healthy)))
  return new Map(rows.flatMap((row) => (isComplete(row) ? [[row.connectorType, toHealth(row)] as const] : [])))
}

type Row = typeof connectorHealth.$inferSelect
type Complete = Row & { readonly healthy: boolean; readonly since: Date; readonly checkedAt: Date }

const isComplete = (row: Row): row is Complete => row.healthy !== null && row.since !== null && row.checkedAt !== null

function toHealth({ healthy, since, checkedAt, lastErrorClass, lastErrorType }: Complete): ConnectorHealth {
  const failed = lastErrorClass !== null && lastErrorType !== null
  const lastFailure = failed ? { errorClass: lastErrorClass, errorType: lastErrorType } : null
  return { healthy, since, checkedAt, lastFailure }
}
