import { sql } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import type { AlertNotification } from "./types.ts"

/** What Alertmanager tells of an alert that fires; its fingerprint is its name. */
export function anAlert(name: string, changed: Partial<AlertNotification> = {}): AlertNotification {
  return {
    fingerprint: name,
    name,
    status: "firing",
    labels: { alertname: name, severity: "warning", component: "connectors" },
    annotations: { summary: "It is so." },
    startsAt: "2026-03-01T12:00:00.123456789Z",
    ...changed,
  }
}

/** As if the alerts of this name had been told of so many seconds earlier. */
export async function ageAlerts(db: Database, name: string, seconds: number): Promise<void> {
  await db.execute(sql`UPDATE alerts SET seen_at = seen_at - make_interval(secs => ${seconds}) WHERE name = ${name}`)
}
