import { sql } from "drizzle-orm"
import type { ConnectorType } from "../connectors/types.ts"
import type { Database } from "../db/client.ts"
import { connectorHealth } from "../db/schema-drift.ts"
import type { HealthCheck } from "../lib/health.ts"

/** A circuit breaker keeps probes from being made for about this long. Seconds. */
const breakerSeconds = 60

/** Degraded as long as one of the back ends is not known to be well: unhealthy, or not probed for three intervals and a breaker's rest. */
export async function connectorsCheck(
  db: Database,
  types: Iterable<ConnectorType>,
  probeIntervalSeconds: number,
): Promise<HealthCheck> {
  const staleAfter = 3 * probeIntervalSeconds + breakerSeconds
  const rows = await db
    .select({
      type: connectorHealth.connectorType,
      healthy: connectorHealth.healthy,
      fresh: sql<boolean | null>`${connectorHealth.checkedAt} > now() - make_interval(secs => ${staleAfter})`,
    })
    .from(connectorHealth)
  const probed = new Map(rows.map((row) => [row.type, row]))
  const found = [...types].map((type) => ({ type, word: wordFor(probed.get(type)) }))
  const wrong = found.filter(({ word }) => word !== "healthy").map(({ type, word }) => `${type} ${word}`)
  if (found.length === 0) return { status: "degraded", detail: "none configured" }
  if (wrong.length > 0) return { status: "degraded", detail: wrong.join(", ") }
  return { status: "healthy", detail: `${found.length} of ${found.length} healthy` }
}

function wordFor(row: { readonly healthy: boolean | null; readonly fresh: boolean | null } | undefined): string {
  if (row === undefined || row.healthy === null) return "not probed yet"
  if (!row.healthy) return "unhealthy"
  return row.fresh === true ? "healthy" : "not probed of late"
}
