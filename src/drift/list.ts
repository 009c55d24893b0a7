import { and, desc, eq, getTableColumns, isNotNull, isNull, sql } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import { drifts } from "../db/schema-drift.ts"
import type { DriftFilter, DriftPage, DriftState } from "./types.ts"

/** The time to the microsecond, as text: a JavaScript date would cut it off and lose its place on the next page. */
const exactOpenedAt = sql<string>`to_char(${drifts.openedAt} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** A page of drifts, the newest first; a page begins after the last row of the one before. */
export async function listDrifts(db: Database, filter: DriftFilter): Promise<DriftPage> {
  const { appName, connectorType } = deployments
  const rows = await db
    .select({ ...getTableColumns(drifts), appName, connectorType, exactOpenedAt })
    .from(drifts)
    .innerJoin(deployments, eq(deployments.id, drifts.deploymentId))
    .where(matching(filter))
    .orderBy(desc(drifts.openedAt), desc(drifts.id))
    .limit(filter.limit + 1)
  const page = rows.slice(0, filter.limit)
  const items = page.map(({ exactOpenedAt: _, ...drift }) => drift)
  const last = rows.length > filter.limit ? page.at(-1) : undefined
  return last === undefined ? { items } : { items, next: { openedAt: last.exactOpenedAt, id: last.id } }
}

function matching({ state, connectorType, appName, ring, after }: DriftFilter) {
  return and(
    state === undefined ? undefined : inState[state],
    connectorType === undefined ? undefined : eq(deployments.connectorType, connectorType),
    appName === undefined ? undefined : eq(deployments.appName, appName),
    ring === undefined ? undefined : eq(drifts.ring, ring),
    after === undefined
      ? undefined
      : sql`(${drifts.openedAt}, ${drifts.id}) < (${after.openedAt}::timestamptz, ${after.id}::uuid)`,
  )
}

const inState = { open: isNull(drifts.closedAt), closed: isNotNull(drifts.closedAt) } satisfies Record<
  DriftState,
  unknown
>
