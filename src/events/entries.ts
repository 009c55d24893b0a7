import type postgres from "postgres"
import type { HashedEvent } from "./hash.ts"

/** A position with its event and what stands before it in its chain, as they are in the tables now. */
export interface Entry {
  readonly position: number
  readonly eventId: string
  /** Null where the event is gone. */
  readonly event: (HashedEvent & { readonly hash: string }) | null
  readonly before: { readonly hash: string; readonly position: number | null } | null
}

type Row = { readonly position: number; readonly eventId: string } & (
  | (HashedEvent & {
      readonly hash: string
      readonly beforeHash: string | null
      readonly beforePosition: number | null
    })
  | { readonly id: null }
)

/** Entries from a position on, in order, `limit` at most. */
export async function readEntries(sql: postgres.Sql, from: number, to: number, limit: number): Promise<Entry[]> {
  const rows = await sql<Row[]>`
    SELECT p.position::float8 AS position, p.event_id AS "eventId", ${hashedColumns(sql)},
      before.hash AS "beforeHash", b.position::float8 AS "beforePosition"
    FROM event_positions p LEFT JOIN events e ON e.id = p.event_id
    LEFT JOIN events before ON before.subject_type = e.subject_type AND before.subject_id = e.subject_id
      AND before.sequence = e.sequence - 1
    LEFT JOIN event_positions b ON b.event_id = before.id
    WHERE p.position BETWEEN ${from} AND ${to} ORDER BY p.position LIMIT ${limit}`
  return rows.map(entryOf)
}

/** The columns that were hashed, as text where it matters, of events `e`. */
function hashedColumns(sql: postgres.Sql): postgres.Fragment {
  return sql`e.id, e.type, e.subject_type AS "subjectType", e.subject_id AS "subjectId", e.sequence,
    to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, e.principal,
    e.correlation_id AS "correlationId", e.trace_id AS "traceId", e.data::text AS data,
    e.previous_hash AS "previousHash", e.hash`
}

function entryOf(row: Row): Entry {
  const { position, eventId } = row
  if (row.id === null) return { position, eventId, event: null, before: null }
  const before = row.beforeHash === null ? null : { hash: row.beforeHash, position: row.beforePosition }
  return { position, eventId, event: row, before }
}
