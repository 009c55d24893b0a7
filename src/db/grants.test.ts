import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { createDeployment } from "../deployments/create.ts"
import { aDeployment, someone, testDomain } from "../testing.ts"

const { domain, urls, close } = await testDomain()
const options = { max: 1, onnotice: () => {} }
const app = postgres(urls.url, options)
const owner = postgres(urls.ownerUrl, options)
const { deployment } = await createDeployment(domain, someone(), aDeployment(), { key: "key", fingerprint: "same" })
await app`INSERT INTO metric_inbox (instruments, attributes, vals) VALUES ('{x}', '{x}', '{1}')`

const noRight = "42501"
const restrict = "23001"

/** SQLSTATE of a statement's refusal; undefined when it was carried out. */
async function refusal(sql: postgres.Sql, statement: string): Promise<string | undefined> {
  try {
    await sql.unsafe(statement)
    return undefined
  } catch (error) {
    return error instanceof postgres.PostgresError ? error.code : String(error)
  }
}

const attempts = [
  "INSERT INTO events SELECT uuidv7(), type, subject_type, subject_id, 99, at, principal, correlation_id, trace_id, data, previous_hash, hash FROM events LIMIT 1",
  "UPDATE events SET data = '{}'",
  "DELETE FROM events",
  "TRUNCATE events",
  "MERGE INTO events USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
  "DROP TRIGGER events_append_only ON events",
  "ALTER TABLE events DISABLE TRIGGER ALL",
  "UPDATE event_positions SET position = 99",
  "DELETE FROM event_positions",
  "UPDATE event_blocks SET seal = 'x'",
  "DELETE FROM event_blocks",
  "INSERT INTO event_inbox (event_id) VALUES (uuidv7())",
  "DELETE FROM event_check",
  "DELETE FROM deployments",
  "TRUNCATE deployments CASCADE",
  "DELETE FROM applications",
  "DELETE FROM rollouts",
  "DELETE FROM operations",
  "DELETE FROM tokens",
  "DELETE FROM breakers",
  "INSERT INTO breakers (service, connector_type) VALUES ('second', 'intune')",
  "INSERT INTO risk_models (version, model) VALUES ('9.9', '{}')",
  "UPDATE risk_models SET model = '{}'",
  "DELETE FROM risk_models",
  "UPDATE idempotency_keys SET fingerprint = 'other'",
  "UPDATE metric_inbox SET vals = '{2}'",
  "CREATE TABLE mine (id int)",
  "CREATE TABLE tasks.mine (id int)",
  "CREATE SCHEMA mine",
  "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
  "ALTER TABLE deployments ADD COLUMN mine int",
  "DROP TABLE tasks.job",
  "SELECT * FROM drizzle.__drizzle_migrations",
  "SELECT * FROM pg_authid",
  "SELECT pg_read_file('postgresql.conf')",
  "COPY deployments TO PROGRAM 'cat'",
  "SET ROLE eucora_owner",
  "ALTER ROLE eucora_app SUPERUSER",
  "SET session_replication_role = replica",
]

for (const statement of attempts)
  test(`the application may not: ${statement.slice(0, 70)}`, async () => {
    const before =
      await owner`SELECT (SELECT count(*)::int FROM events) AS events, (SELECT model FROM risk_models) AS model`
    assert.is(await refusal(app, statement), noRight)
    assert.equal(
      await owner`SELECT (SELECT count(*)::int FROM events) AS events, (SELECT model FROM risk_models) AS model`,
      before,
    )
  })

for (const statement of [
  "UPDATE events SET data = '{}'",
  "DELETE FROM events",
  "TRUNCATE events CASCADE",
  "UPDATE event_positions SET position = 99",
  "DELETE FROM event_positions",
  "TRUNCATE event_positions",
  "UPDATE event_blocks SET seal = 'x'",
  "DELETE FROM event_blocks",
  "TRUNCATE event_blocks",
  "UPDATE risk_models SET model = '{}'",
  "DELETE FROM risk_models",
  "TRUNCATE risk_models CASCADE",
])
  test(`not even the owner of the tables may, by mistake: ${statement}`, async () => {
    assert.is(await refusal(owner, statement), restrict)
  })

test("a first outcome is set once: neither the application nor the owner changes or clears it", async () => {
  const set = (outcome: string) => `UPDATE deployments SET outcome = ${outcome} WHERE id = '${deployment.id}'`
  assert.is(await refusal(app, set("'COMPLETED'")), undefined)
  assert.is(await refusal(app, set("'COMPLETED'")), undefined)
  for (const outcome of ["'FAILED'", "NULL"])
    for (const sql of [app, owner]) assert.is(await refusal(sql, set(outcome)), restrict)
})

test("a table that is not listed stays closed to the application", async () => {
  await owner`CREATE TABLE unlisted (id int)`
  assert.is(await refusal(app, "SELECT * FROM unlisted"), noRight)
})

test.after(async () => {
  await Promise.all([app.end(), owner.end()])
  await close()
})

test.run()
