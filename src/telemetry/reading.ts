import type postgres from "postgres"
import type { Observation } from "./durable/definition.ts"

type Rows = readonly (Readonly<Record<string, string>> & { readonly value: string | number })[]
type Read = (sql: postgres.Sql) => Promise<readonly Observation[]>

/** Rows as observations: the column `value` is the number, the others are attributes. */
function observations(rows: Rows): Observation[] {
  return rows.map(({ value, ...attributes }) => ({ attributes, value: Number(value) }))
}

/** A reading of one statement, whose columns are named as the attributes are. */
export function reading(query: (sql: postgres.Sql) => Promise<unknown>): Read {
  return async (sql) => observations((await query(sql)) as Rows)
}

/** For what looks back over days: read anew after so many seconds, and until then what it said. */
export function readEvery(seconds: number, read: Read): Read {
  let last: { readonly at: number; readonly found: readonly Observation[] } | undefined
  return async (sql) => {
    if (last === undefined || performance.now() - last.at >= seconds * 1_000)
      last = { at: performance.now(), found: await read(sql) }
    return last.found
  }
}
