import { getTableColumns, getTableName, sql } from "drizzle-orm"
import type { PgTable } from "drizzle-orm/pg-core"
import type { Transaction } from "../db/client.ts"
import { applications, deployments, events, rollouts, tokens } from "../db/schema.ts"
import { approvals, gateEvaluations } from "../db/schema-gates.ts"
import { appendEvents } from "../events/append.ts"
import type { EventType } from "../events/types.ts"
import type { Caller } from "../lib/principal.ts"
import { inboxColumns, type MetricPoint } from "../telemetry/durable/definition.ts"
import type { DemoRows } from "./build.ts"
import { enterDemo, leaveDemo } from "./tables.ts"
import type { DemoCounts } from "./types.ts"

/** Serialises seeding and clearing. */
export const demoLock = sql`hashtextextended('demo data', 0)`

export async function writeDemo(tx: Transaction, rows: DemoRows): Promise<void> {
  await enterDemo(tx)
  for (const { name, role } of rows.users)
    await tx.execute(sql`INSERT INTO users (name, role) VALUES (${name}, ${role})`)
  await insert(tx, applications, rows.applications)
  await insert(tx, deployments, rows.deployments)
  await insert(tx, rollouts, rows.rollouts)
  await insert(tx, gateEvaluations, rows.gates)
  await insert(tx, approvals, rows.approvals)
  await insert(tx, events, rows.events)
  await leaveDemo(tx)
  await recordPoints(tx, rows.points)
}

/** All rows of a table in one statement, whatever their number. They have the same columns. */
async function insert(tx: Transaction, table: PgTable, rows: readonly object[]): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const columns = getTableColumns(table)
  const named = (row: object) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [columns[key]?.name ?? key, value]))
  const list = sql.join(Object.keys(named(first)).map(sql.identifier), sql`, `)
  const name = sql.identifier(getTableName(table))
  await tx.execute(sql`INSERT INTO ${name} (${list})
    SELECT ${list} FROM json_populate_recordset(NULL::${name}, ${JSON.stringify(rows.map(named))}::json)`)
}

/** As the real ones are recorded, under the instance of demo data. */
async function recordPoints(tx: Transaction, points: readonly MetricPoint[]): Promise<void> {
  const { instruments, attributes, vals } = inboxColumns(points)
  await tx.execute(sql`INSERT INTO metric_inbox (instance, instruments, attributes, vals)
    VALUES ('demo', ${sql.param(instruments)}::text[], ${sql.param(attributes)}::text[], ${sql.param(vals)}::float8[])`)
}

const tables = ["users", "applications", "deployments", "rollouts", "gate_evaluations", "approvals", "events", "seed"]

/** The inbox first: a fold that is under way has put its points into the totals by the time that these are deleted. */
export async function emptyDemo(tx: Transaction): Promise<void> {
  for (const table of tables) await tx.execute(sql`DELETE FROM ${sql.identifier("demo")}.${sql.identifier(table)}`)
  await tx.execute(sql`DELETE FROM metric_inbox WHERE instance = 'demo'`)
  await tx.execute(sql`DELETE FROM metric_points WHERE instance = 'demo'`)
}

export async function countDemoData(tx: Transaction): Promise<DemoCounts> {
  const [counts] = await tx.execute<DemoCounts & Record<string, unknown>>(sql`SELECT
    (SELECT count(*)::int FROM demo.users) AS users, (SELECT count(*)::int FROM demo.applications) AS applications,
    (SELECT count(*)::int FROM demo.deployments) AS deployments, (SELECT count(*)::int FROM demo.events) AS events`)
  if (counts === undefined) throw new Error("a count has no row")
  return counts
}

/** Who seeded and who cleared stands in the chain of real events: a principal's is held by the token's row. */
export async function tellOfDemo(tx: Transaction, caller: Caller, type: EventType, counts: DemoCounts): Promise<void> {
  const { tokenId, name } = caller.principal
  await tx.select({ id: tokens.id }).from(tokens).where(sql`${tokens.id} = ${tokenId}`).for("no key update")
  const context = { subjectType: "principal", subjectId: tokenId, principal: name } as const
  await appendEvents(tx, { ...context, correlationId: caller.correlationId }, [{ type, data: { ...counts } }])
}
