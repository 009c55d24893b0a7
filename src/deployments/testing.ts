import { sql } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import type { Domain } from "../domain.ts"
import { AppError } from "../lib/errors.ts"
import { someone } from "../testing.ts"
import { cancelDeployment } from "./cancel.ts"
import { holdDeployment } from "./hold.ts"
import { promoteDeployment } from "./promote.ts"
import { reportIncident } from "./report-incident.ts"
import { resumeDeployment } from "./resume.ts"
import { rollbackDeployment } from "./rollback.ts"

/** What an operator does to a deployment, each for a reason of its own. */
export function operatorOf(domain: Domain) {
  const operator = someone("operator", "operator")
  return {
    cancel: (id: string) => cancelDeployment(domain, operator, id, "wrong version"),
    hold: (id: string) => holdDeployment(domain, operator, id, "look first"),
    resume: (id: string) => resumeDeployment(domain, operator, id, "looked"),
    promote: (id: string) => promoteDeployment(domain, operator, id, "good enough"),
    rollBack: (id: string) => rollbackDeployment(domain, operator, id, "it crashes"),
    report: (id: string, reference?: string) =>
      reportIncident(domain, operator, id, { summary: "it does not start", reference }),
  }
}

/** The kind of what is thrown. Throws what is no refusal, and when nothing is thrown. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const thrown = await work.then(
    () => new Error("it was not refused"),
    (error: unknown) => error,
  )
  if (thrown instanceof AppError) return thrown.kind
  throw thrown
}

/** As if everything that has happened to a deployment had happened so many seconds earlier. */
export async function age(db: Database, id: string, seconds: number): Promise<void> {
  const earlier = sql`make_interval(secs => ${seconds})`
  await db.execute(sql`UPDATE deployments SET created_at = created_at - ${earlier}, started_at = started_at - ${earlier},
    held_at = held_at - ${earlier}, waiting_since = waiting_since - ${earlier}, not_before = not_before - ${earlier},
    finished_at = finished_at - ${earlier}, broken_at = broken_at - ${earlier} WHERE id = ${id}`)
  await db.execute(sql`UPDATE rollouts SET started_at = started_at - ${earlier}, measured_at = measured_at - ${earlier},
    compliant_at = compliant_at - ${earlier}, soak_from = soak_from - ${earlier}, finished_at = finished_at - ${earlier}
    WHERE deployment_id = ${id}`)
}

/** The points of a durable instrument whose attributes hold this text, in order, as `attributes: value`. */
export async function points(db: Database, instrument: string, text = ""): Promise<readonly [string, number][]> {
  const rows = await db.execute<{ attributes: string; val: number }>(sql`
    SELECT point.attributes, val FROM metric_inbox, unnest(instruments, attributes, vals) AS point (instrument, attributes, val)
    WHERE instrument = ${instrument} AND strpos(point.attributes, ${text}) > 0`)
  return rows.map(({ attributes, val }) => [attributes, val])
}
