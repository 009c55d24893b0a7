import { sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import type { Domain } from "../domain.ts"
import type { Caller } from "../lib/principal.ts"
import { newestVersion } from "../rings/policies.ts"
import { getRiskModel } from "../risk/assess-deployment.ts"
import { buildDemo } from "./build.ts"
import { countDemoData, demoLock, emptyDemo, tellOfDemo, writeDemo } from "./rows.ts"
import type { DemoCounts, DemoData } from "./types.ts"

/**
 * Makes demo data, so many of each and events at least as many. The same counts again change nothing; other ones replace
 * what there is. Nothing that works knows of it: see tables.ts.
 */
export function seedDemoData(domain: Domain, caller: Caller, counts: DemoCounts): Promise<DemoData> {
  return domain.db.transaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${demoLock})`)
    const seeded = await seededWith(tx, counts)
    if (seeded !== undefined) return { ...(await countDemoData(tx)), seededAt: seeded }
    await emptyDemo(tx)
    const now = await databaseTime(tx)
    const policyVersion = await newestVersion(tx, domain.ringProfile)
    await writeDemo(tx, buildDemo(counts, { now, model: await getRiskModel(tx), policyVersion }))
    await tx.execute(sql`INSERT INTO demo.seed (users, applications, deployments, events, seeded_at)
      VALUES (${counts.users}, ${counts.applications}, ${counts.deployments}, ${counts.events}, ${now.toISOString()})`)
    const made = await countDemoData(tx)
    await tellOfDemo(tx, caller, "DEMO_DATA_SEEDED", made)
    return { ...made, seededAt: now }
  })
}

/** Takes all demo data away, the points of its metrics with it; answers what there was. */
export function clearDemoData(domain: Domain, caller: Caller): Promise<DemoCounts> {
  return domain.db.transaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${demoLock})`)
    const cleared = await countDemoData(tx)
    await emptyDemo(tx)
    if (cleared.users > 0) await tellOfDemo(tx, caller, "DEMO_DATA_CLEARED", cleared)
    return cleared
  })
}

/** When just so much was asked for, if that is what there is. */
async function seededWith(tx: Transaction, counts: DemoCounts): Promise<Date | undefined> {
  const [row] = await tx.execute<{ ms: number }>(sql`SELECT (extract(epoch FROM seeded_at) * 1000)::float8 AS ms
    FROM demo.seed WHERE (users, applications, deployments, events)
      = (${counts.users}::int, ${counts.applications}::int, ${counts.deployments}::int, ${counts.events}::int)`)
  return row && new Date(row.ms)
}

/** Whole milliseconds: the moments of the rows are as exact as the points that are made of them. */
async function databaseTime(tx: Transaction): Promise<Date> {
  const [row] = await tx.execute<{ ms: number }>(
    sql`SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`,
  )
  if (row === undefined) throw new Error("the database does not say what time it is")
  return new Date(row.ms)
}
