import { ne, sql } from "drizzle-orm"
import type { ConnectorType } from "../connectors/types.ts"
import type { Database } from "../db/client.ts"
import { breakers } from "../db/schema-breakers.ts"
import type { HealthCheck, HealthCheckName, HealthReport, HealthStatus } from "../lib/health.ts"
import { withDeadline } from "../lib/lifecycle.ts"
import { connectorsCheck } from "../probes/health-check.ts"
import { goneAfterSeconds } from "./presence.ts"

/** What the checks look at. */
export interface HealthTargets {
  readonly db: Database
  readonly collectorHealthUrl: string
  readonly connectors: ReadonlyMap<ConnectorType, unknown>
  readonly probeIntervalSeconds: number
}

const checkMs = 1_000
/** A runnable task that nobody has taken for this long is a sign that the workers do not keep up. Seconds. */
const queueLimitSeconds = 60

/** Asks every part at once, each for a second at most. Only without the database can no work go on. Never throws. */
export async function healthReport(targets: HealthTargets): Promise<HealthReport> {
  const checks: Record<HealthCheckName, Promise<HealthCheck>> = {
    database: check("unhealthy", "does not answer", () => database(targets.db)),
    queue: check("degraded", "cannot be read", () => queue(targets.db)),
    workers: check("degraded", "cannot be counted", () => workers(targets.db)),
    collector: check("degraded", "does not answer; telemetry is kept and sent later", () => collector(targets)),
    connectors: check("degraded", "cannot be read", () => {
      const { db, connectors, probeIntervalSeconds } = targets
      return connectorsCheck(db, connectors.keys(), probeIntervalSeconds)
    }),
    breakers: check("degraded", "cannot be read", () => breakersCheck(targets)),
  }
  const entries = await Promise.all(Object.entries(checks).map(async ([name, result]) => [name, await result] as const))
  return {
    status: worst(entries.map(([, result]) => result.status)),
    checks: Object.fromEntries(entries) as HealthReport["checks"],
  }
}

async function check(failed: HealthStatus, detail: string, ask: () => Promise<HealthCheck>): Promise<HealthCheck> {
  try {
    return await withDeadline("a health check", checkMs, ask())
  } catch {
    return { status: failed, detail } // anyone may read it: what exactly went wrong is no one's business
  }
}

/** Whether the database answers within a second. */
export async function databaseAnswers(db: Database): Promise<boolean> {
  return (await check("unhealthy", "", () => database(db))).status === "healthy"
}

async function database(db: Database): Promise<HealthCheck> {
  await db.execute(sql`SELECT 1`)
  return { status: "healthy", detail: "answers" }
}

async function queue(db: Database): Promise<HealthCheck> {
  const [row] = await db.execute<{ age: number }>(sql`
    SELECT coalesce(extract(epoch FROM now() - min(start_after)), 0)::float8 AS age
    FROM tasks.job WHERE state < 'active' AND start_after < now()`)
  const age = Math.round(row?.age ?? 0)
  return { status: age > queueLimitSeconds ? "degraded" : "healthy", detail: `oldest task waits for ${age} s` }
}

async function workers(db: Database): Promise<HealthCheck> {
  const [row] = await db.execute<{ living: number }>(sql`
    SELECT count(*)::int AS living FROM processes
    WHERE role = 'worker' AND seen_at > now() - make_interval(secs => ${goneAfterSeconds})`)
  const living = row?.living ?? 0
  return { status: living === 0 ? "degraded" : "healthy", detail: `${living} at work` }
}

async function collector({ collectorHealthUrl }: HealthTargets): Promise<HealthCheck> {
  const answer = await fetch(collectorHealthUrl, { signal: AbortSignal.timeout(checkMs) })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`status ${answer.status}`)
  return { status: "healthy", detail: "answers" }
}

async function breakersCheck({ db, connectors }: HealthTargets): Promise<HealthCheck> {
  const rows = await db
    .select({ service: breakers.service, type: breakers.connectorType, state: breakers.state })
    .from(breakers)
    .where(ne(breakers.state, "CLOSED"))
    .orderBy(breakers.service)
  const broken = rows.filter(({ type }) => connectors.has(type)).map(({ service, state }) => `${service} ${state}`)
  return broken.length === 0
    ? { status: "healthy", detail: "all closed" }
    : { status: "degraded", detail: broken.join(", ") }
}

function worst(statuses: readonly HealthStatus[]): HealthStatus {
  if (statuses.includes("unhealthy")) return "unhealthy"
  return statuses.includes("degraded") ? "degraded" : "healthy"
}
