import type postgres from "postgres"
import type { Fault } from "./faults.ts"

interface Row {
  readonly id: string
  readonly subjectType: string
  readonly subjectId: string
  readonly sequence: number
  readonly position: number | null
  readonly waits: boolean
}

/** Events that are held in memory at a time. */
const batchSize = 2_000
const beforeAll = "00000000-0000-0000-0000-000000000000"

/** The first event without a position that does not wait for one either, or with two; undefined when there is none. */
export async function strayFault(sql: postgres.Sql): Promise<Fault | undefined> {
  for (let after = beforeAll, rows: readonly Row[] = []; ; after = rows.at(-1)?.id ?? after) {
    rows = await sql<Row[]>`
      SELECT e.id, e.subject_type AS "subjectType", e.subject_id AS "subjectId", e.sequence,
        p.position::float8 AS position, e.id IN (SELECT event_id FROM event_inbox) AS waits
      FROM (SELECT * FROM events WHERE id > ${after} ORDER BY id LIMIT ${batchSize}) e
      LEFT JOIN event_positions p ON p.event_id = e.id ORDER BY e.id, p.position`
    const index = rows.findIndex((row, at) => (row.position === null) !== row.waits || row.id === rows[at - 1]?.id)
    const stray = rows[index]
    if (stray !== undefined) return { position: stray.position, what: describe(stray) }
    if (rows.length === 0) return undefined
  }
}

function describe({ id, subjectType, subjectId, sequence, position }: Row): string {
  const name = `event ${id} (${subjectType} ${subjectId}, ${sequence})`
  return position === null ? `${name} has no position` : `${name} has a second position, ${position}`
}
