import type postgres from "postgres"
import { appRole } from "./bootstrap.ts"

/** What the application may do with each table, and no more. Events are written by the function append_events alone. */
const tableGrants: Readonly<Record<string, string>> = {
  applications: "SELECT, INSERT, UPDATE",
  deployments: "SELECT, INSERT, UPDATE",
  rollouts: "SELECT, INSERT, UPDATE",
  operations: "SELECT, INSERT, UPDATE",
  ring_policies: "SELECT, INSERT",
  gate_evaluations: "SELECT, INSERT",
  incidents: "SELECT, INSERT",
  approvals: "SELECT, INSERT",
  events: "SELECT",
  event_positions: "SELECT, INSERT",
  event_blocks: "SELECT, INSERT",
  event_inbox: "SELECT, DELETE",
  event_check: "SELECT, UPDATE",
  alerts: "SELECT, INSERT, UPDATE",
  risk_models: "SELECT",
  idempotency_keys: "SELECT, INSERT, DELETE",
  tokens: "SELECT, INSERT, UPDATE",
  processes: "SELECT, INSERT, UPDATE, DELETE",
  breakers: "SELECT, UPDATE",
  connector_health: "SELECT, INSERT, UPDATE",
  ring_checks: "SELECT, INSERT, UPDATE",
  drifts: "SELECT, INSERT, UPDATE",
  metric_inbox: "SELECT, INSERT, DELETE",
  metric_points: "SELECT, INSERT, UPDATE, DELETE",
}

/**
 * Gives the application role its rights anew after every migration; a table that is not listed stays closed to it. In one
 * transaction, for those that are at work meanwhile.
 */
export async function grant(owner: postgres.Sql): Promise<void> {
  await owner.begin(grantAll)
}

async function grantAll(sql: postgres.TransactionSql): Promise<void> {
  const role = sql(appRole)
  await sql`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role}`
  await sql`REVOKE ALL ON SCHEMA public FROM PUBLIC`
  await sql`GRANT USAGE ON SCHEMA public, tasks TO ${role}`
  for (const [table, rights] of Object.entries(tableGrants))
    await sql`GRANT ${sql.unsafe(rights)} ON ${sql(table)} TO ${role}`
  await sql`GRANT USAGE ON SCHEMA demo TO ${role}`
  await sql`GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA demo TO ${role}`
  await sql`REVOKE ALL ON FUNCTION append_events FROM PUBLIC`
  await sql`GRANT EXECUTE ON FUNCTION append_events TO ${role}`
  await sql`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA tasks TO ${role}`
  await sql`GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA tasks TO ${role}`
}
