import { and, eq, getTableColumns, isNull, sql } from "drizzle-orm"
import type { ConnectorType } from "../connectors/types.ts"
import type { Database, Transaction } from "../db/client.ts"
import { breakers } from "../db/schema-breakers.ts"
import type { BreakerState } from "./transition.ts"

/** Which breaker: the back end's configured name and its type. */
export interface BreakerKey {
  readonly service: string
  readonly connectorType: ConnectorType
}

/** A breaker as it was read. */
export interface BreakerRow extends BreakerKey {
  readonly id: string
  readonly state: BreakerState
  /** The database's time when it was read, in milliseconds since 1970. */
  readonly now: number
}

type Columns = typeof breakers.$inferSelect

const returned = {
  row: breakers,
  now: sql<number>`(extract(epoch FROM clock_timestamp()) * 1000)::float8`,
}

const byKey = ({ service, connectorType }: BreakerKey) =>
  and(eq(breakers.service, service), eq(breakers.connectorType, connectorType))

/** Reads the row. Throws when there is none. */
export async function readBreaker(db: Database, key: BreakerKey): Promise<BreakerRow> {
  const [found] = await db.select(returned).from(breakers).where(byKey(key))
  if (found === undefined) throw new Error(`${key.service} has no circuit breaker`)
  return toRow(found.row, found.now)
}

/** Reads every row, in order of name. */
export async function readBreakers(db: Database): Promise<BreakerRow[]> {
  const found = await db.select(returned).from(breakers).orderBy(breakers.service, breakers.connectorType)
  return found.map(({ row, now }) => toRow(row, now))
}

/** Writes the next state if the row is still as it was read; undefined when somebody else has written meanwhile. */
export async function swapBreaker(
  tx: Database | Transaction,
  { id, state }: BreakerRow,
  next: BreakerState,
): Promise<BreakerRow | undefined> {
  const left = state.kind === "CLOSED" && state.recovery !== null ? state.recovery.left : null
  const [written] = await tx
    .update(breakers)
    .set(toColumns(next))
    .where(
      and(
        eq(breakers.id, id),
        eq(breakers.generation, state.generation),
        eq(breakers.failures, state.failures),
        left === null ? isNull(breakers.callsLeft) : eq(breakers.callsLeft, left),
      ),
    )
    .returning({ ...getTableColumns(breakers), now: returned.now })
  return written && toRow(written, written.now)
}

function toRow(row: Columns, now: number): BreakerRow {
  const { id, service, connectorType } = row
  return { id, service, connectorType, state: toState(row), now }
}

function toState(row: Columns): BreakerState {
  const { state: kind, generation, failures } = row
  const common = { generation, failures }
  if (kind === "CLOSED") {
    const recovery = row.callsLeft === null ? null : { ...periodOf(row), left: row.callsLeft }
    return { kind, ...common, recovery }
  }
  const openedAt = ms(row.openedAt)
  if (kind === "ISOLATED") return { kind, ...common, openedAt, reason: row.reason ?? "" }
  if (kind === "OPEN") return { kind, ...common, openedAt, period: periodOf(row) }
  return { kind, ...common, openedAt, lease: periodOf(row) }
}

const periodOf = (row: Columns) => ({ from: ms(row.periodFrom), until: ms(row.periodUntil) })

/** The table's own check sees to it that what a state needs is there. */
function ms(at: Date | null): number {
  if (at === null) throw new Error("a circuit breaker's row is not whole")
  return at.getTime()
}

function toColumns(state: BreakerState) {
  const { kind, generation, failures } = state
  const none = { openedAt: null, periodFrom: null, periodUntil: null, callsLeft: null, reason: null }
  return { ...none, state: kind, generation, failures, ...ownColumns(state) }
}

function ownColumns(state: BreakerState) {
  switch (state.kind) {
    case "CLOSED":
      return state.recovery === null ? {} : { ...periodColumns(state.recovery), callsLeft: state.recovery.left }
    case "OPEN":
      return { openedAt: new Date(state.openedAt), ...periodColumns(state.period) }
    case "HALF_OPEN":
      return { openedAt: new Date(state.openedAt), ...periodColumns(state.lease) }
    case "ISOLATED":
      return { openedAt: new Date(state.openedAt), reason: state.reason }
  }
}

function periodColumns({ from, until }: { readonly from: number; readonly until: number }) {
  return { periodFrom: new Date(from), periodUntil: new Date(until) }
}
