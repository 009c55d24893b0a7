import { sql } from "drizzle-orm"
import type { Database, Transaction } from "../db/client.ts"
import { appendEvents, type NewEvent } from "../events/append.ts"
import type { Caller } from "../lib/principal.ts"
import { generatorAnnotation } from "./generator.ts"
import type { AlertNotification, AlertStatus } from "./types.ts"

/** What a notification made of an alert. `before` is null for one that was not known. */
interface Change extends Record<string, unknown> {
  readonly id: string
  readonly fingerprint: string
  readonly name: string
  readonly severity: string
  readonly labels: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string | null
  readonly before: AlertStatus | null
  readonly status: AlertStatus
}

/**
 * Writes down what Alertmanager tells: one row for each time that an alert fired, known by its fingerprint and its start.
 * A repetition only says that it was seen again. Resolved is final: the notifications may come in any order, and end
 * in the same row and the same two events, ALERT_FIRING and ALERT_RESOLVED.
 */
export async function recordAlerts(
  db: Database,
  caller: Caller,
  notifications: readonly AlertNotification[],
): Promise<void> {
  await db.transaction(async (tx) => {
    for (const change of await upsert(tx, notifications)) {
      const events = news(change)
      if (events.length > 0) await appendEvents(tx, contextOf(change, caller), events)
    }
  })
}

/** Inserts and updates in one statement, always in the same order: two callers never wait for one another in a circle. */
async function upsert(tx: Transaction, notifications: readonly AlertNotification[]): Promise<readonly Change[]> {
  return tx.execute<Change>(sql`
    INSERT INTO alerts (fingerprint, name, status, severity, component, labels, annotations, starts_at, ends_at)
    SELECT DISTINCT ON (fingerprint, starts_at) fingerprint, name, status, coalesce(labels->>'severity', 'none'),
      labels->>'component', labels, annotations, starts_at,
      CASE WHEN status = 'resolved' THEN coalesce(ends_at, now()) END
    FROM jsonb_to_recordset(${JSON.stringify(notifications.map(rowOf))}::text::jsonb) AS told (
      fingerprint text, name text, status text, labels jsonb, annotations jsonb, starts_at timestamptz, ends_at timestamptz)
    ORDER BY fingerprint, starts_at, status DESC
    ON CONFLICT (fingerprint, starts_at) DO UPDATE SET
      seen_at = now(),
      status = excluded.status,
      ends_at = coalesce(alerts.ends_at, excluded.ends_at)
    WHERE alerts.status = 'firing' OR excluded.status = 'resolved'
    RETURNING new.id, new.fingerprint, new.name, new.severity, new.labels, new.status, old.status AS before,
      to_json(new.starts_at)#>>'{}' AS "startsAt", to_json(new.ends_at)#>>'{}' AS "endsAt"`)
}

function rowOf(told: AlertNotification) {
  const { fingerprint, name, status, labels, annotations, startsAt, endsAt, generatorUrl } = told
  return {
    ...{ fingerprint, name, status, labels },
    annotations: generatorUrl === undefined ? annotations : { ...annotations, [generatorAnnotation]: generatorUrl },
    starts_at: startsAt,
    ends_at: endsAt,
  }
}

const contextOf = ({ id }: Change, { principal, correlationId }: Caller) =>
  ({ subjectType: "alert", subjectId: id, principal: principal.name, correlationId }) as const

/** The events that a change is; none of a repetition. One that ended before we heard of it has fired all the same. */
function news(change: Change): readonly NewEvent[] {
  const { fingerprint, name, severity, labels, startsAt, endsAt, before, status } = change
  const data = { fingerprint, name, severity, labels, startsAt }
  return [
    ...(before === null ? [{ type: "ALERT_FIRING", data } as const] : []),
    ...(before !== "resolved" && status === "resolved"
      ? [{ type: "ALERT_RESOLVED", data: { ...data, endsAt } } as const]
      : []),
  ]
}
