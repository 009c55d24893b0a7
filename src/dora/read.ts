import { sql } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { type Ring, rings } from "../rings/rings.ts"
import type { DoraFilter, DoraKeys, DurationSummary } from "./types.ts"

interface Row extends Record<string, unknown> {
  readonly ring: Ring | null
  readonly completed: number
  readonly failures: number
  readonly judged: number
  readonly unrestored: number
  readonly lead: DurationSummary
  readonly restore: DurationSummary
}

/** Of the four keys everything comes from the tables: the durable instruments count the same transitions, by ring. */
export async function readDora(
  db: Database,
  { appName, days, includeDemo = false }: DoraFilter,
): Promise<readonly DoraKeys[]> {
  const rows = await db.execute<Row>(sql`
    WITH shown AS (
      SELECT * FROM public.deployments UNION ALL SELECT * FROM demo.deployments WHERE ${includeDemo}
    ), ended AS (
      SELECT target_ring AS ring, outcome, broken_at, restored_at,
        CASE WHEN outcome = 'COMPLETED' THEN extract(epoch FROM finished_at - created_at)::float8 END AS lead,
        extract(epoch FROM restored_at - broken_at)::float8 AS restore
      FROM shown
      WHERE outcome IN ('COMPLETED', 'FAILED', 'ROLLED_BACK') AND finished_at > now() - make_interval(days => ${days})
        AND (${appName ?? null}::text IS NULL OR app_name = ${appName ?? null}))
    SELECT ring, count(*)::int AS judged, count(*) FILTER (WHERE outcome = 'COMPLETED')::int AS completed,
      count(broken_at)::int AS failures, (count(broken_at) - count(restored_at))::int AS unrestored,
      ${summary("lead")} AS lead, ${summary("restore")} AS restore
    FROM ended GROUP BY GROUPING SETS ((ring), ())`)
  const found = new Map(rows.map((row) => [row.ring, row]))
  return [null, ...rings].map((ring) => keys(ring, found.get(ring), days))
}

/** As one object, so that a column for each number of each duration is not needed. */
const summary = (column: "lead" | "restore") =>
  sql.raw(`json_build_object('count', count(${column}), 'mean', avg(${column}),
    'median', percentile_cont(0.5) WITHIN GROUP (ORDER BY ${column}),
    'p95', percentile_cont(0.95) WITHIN GROUP (ORDER BY ${column}))`)

const none: DurationSummary = { count: 0, mean: null, median: null, p95: null }

function keys(ring: Ring | null, row: Row | undefined, days: number): DoraKeys {
  const { completed = 0, failures = 0, judged = 0, unrestored = 0, lead = none, restore = none } = row ?? {}
  return {
    ring,
    deployments: completed,
    deploymentsPerDay: completed / days,
    leadTime: lead,
    failures,
    changeFailureRate: judged === 0 ? null : failures / judged,
    timeToRestore: restore,
    unrestored,
  }
}
