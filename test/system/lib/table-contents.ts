import type postgres from "postgres"
import { waitFor } from "./wait.ts"

/** Of each table how many rows it has, and a hash over all of them. */
export type Contents = ReadonlyMap<string, string>

/** Processes write into them all the time, whether anybody asks for anything or not: that they live, and how far they looked. */
const ownAccord = ["public.processes", "public.event_check"]

/** What every other table holds, but for when tokens were last used. The connection has to be the owner's. */
export async function contentsOf(sql: postgres.Sql): Promise<Contents> {
  const tables = await sql<{ name: string }[]>`
    SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`
  const contents = new Map<string, string>()
  for (const { name } of tables.filter((table) => !ownAccord.includes(table.name))) {
    const [row] = await sql.unsafe<{ contents: string }[]>(`
      SELECT count(*) || ' ' || md5(coalesce(string_agg(line, '' ORDER BY line), '')) AS contents
      FROM (SELECT (to_jsonb(t) - 'last_used_at')::text AS line FROM ${name} AS t) AS lines`)
    contents.set(name, row?.contents ?? "")
  }
  return contents
}

/** The same, once nothing has changed for a second. Throws an Error with the tables that never rest. */
export async function quiet(sql: postgres.Sql): Promise<Contents> {
  let last: Contents = new Map()
  const changed = async () => {
    const before = last
    await new Promise((done) => setTimeout(done, 1_000))
    last = await contentsOf(sql)
    return [...last].flatMap(([table, rows]) => (before.get(table) === rows ? [] : [table]))
  }
  const { found, met } = await waitFor(changed, (tables) => tables.length === 0, 30)
  if (!met) throw new Error(`never quiet: ${found.join(", ")}`)
  return last
}
