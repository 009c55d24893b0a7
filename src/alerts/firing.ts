import { type SQL, sql } from "drizzle-orm"
import type { Database, Transaction } from "../db/client.ts"
import { alerts } from "../db/schema-events.ts"

/**
 * An alert that was not repeated for so many minutes counts as not firing: Alertmanager may have died before it could say
 * that the alert ended, and nothing may wait for that for ever. It has to be more than the `repeat_interval` of the
 * receiver `control-plane` in prometheus/alertmanager.yaml, or an alert that fires on is forgotten between repetitions.
 */
export const staleAfterMinutes = 15

/** Whether somebody has said of late that it fires. */
const recent: SQL<boolean> = sql`${alerts.seenAt} > now() - make_interval(mins => ${staleAfterMinutes})`

/** Firing, and nobody says so any more. */
export const stale: SQL<boolean> = sql`(${alerts.status} = 'firing' AND NOT ${recent})`

/**
 * Names of the alerts that fire now and carry the label `ring` with this ring or `connector_type` with this back end,
 * each once, sorted.
 */
export async function firingAlerts(
  tx: Database | Transaction,
  { ring, connectorType }: { readonly ring: string; readonly connectorType: string },
): Promise<readonly string[]> {
  const rows = await tx
    .selectDistinct({ name: alerts.name })
    .from(alerts)
    .where(
      sql`${alerts.status} = 'firing' AND ${recent}
        AND (${alerts.labels}->>'ring' = ${ring} OR ${alerts.labels}->>'connector_type' = ${connectorType})`,
    )
    .orderBy(alerts.name)
  return rows.map(({ name }) => name)
}
