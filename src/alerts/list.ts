import { and, eq, getTableColumns, type SQL, sql } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { alerts } from "../db/schema-events.ts"
import { stale } from "./firing.ts"
import { generatorAnnotation } from "./generator.ts"
import type { AlertFilter, AlertPage } from "./types.ts"

/** The time to the microsecond, as text: a JavaScript date would cut it off and lose its place on the next page. */
const exactStartsAt = sql<string>`to_char(${alerts.startsAt} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** A page of the history of alerts, the newest first; a page begins after the last row of the one before. */
export async function listAlerts(db: Database, filter: AlertFilter): Promise<AlertPage> {
  const rows = await db
    .select({ ...getTableColumns(alerts), stale, exactStartsAt })
    .from(alerts)
    .where(matching(filter))
    // As the index has it: it serves no order with the nulls first.
    .orderBy(sql`${alerts.startsAt} DESC NULLS LAST`, sql`${alerts.id} DESC NULLS LAST`)
    .limit(filter.limit + 1)
  const page = rows.slice(0, filter.limit)
  const items = page.map(({ exactStartsAt: _, annotations, ...alert }) => {
    const { [generatorAnnotation]: generatorUrl = null, ...told } = annotations
    return { ...alert, annotations: told, generatorUrl }
  })
  const last = rows.length > filter.limit ? page.at(-1) : undefined
  return last === undefined ? { items } : { items, next: { startsAt: last.exactStartsAt, id: last.id } }
}

function matching({ status, severity, name, since, after }: AlertFilter): SQL | undefined {
  return and(
    status === undefined ? undefined : eq(alerts.status, status),
    severity === undefined ? undefined : eq(alerts.severity, severity),
    name === undefined ? undefined : eq(alerts.name, name),
    since === undefined ? undefined : sql`${alerts.startsAt} >= ${since}::timestamptz`,
    after === undefined
      ? undefined
      : sql`(${alerts.startsAt}, ${alerts.id}) < (${after.startsAt}::timestamptz, ${after.id}::uuid)`,
  )
}
