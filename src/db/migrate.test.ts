import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { parseRiskModel, riskModelV1 } from "../risk/model.ts"
import { taskNames } from "../tasks/queues.ts"
import { appRole, bootstrap, ownerRole } from "./bootstrap.ts"
import { migrate } from "./migrate.ts"
import { testDatabase } from "./testing.ts"

const database = await testDatabase()
/** A database beside the test's own that nobody has migrated. */
const empty = `empty_${process.pid}`
const { ownerUrl, appUrl } = await bootstrap(database.superUrl, empty)
const owner = postgres(ownerUrl, { max: 1, onnotice: () => {} })

/** What there is in a database: columns, constraints, indexes, triggers, functions, rights, queues, migrations. */
async function everything(url: string) {
  const sql = postgres(url, { max: 1 })
  try {
    return await sql`
      SELECT 'column' AS kind, table_schema || '.' || table_name AS of, column_name || ' ' || data_type AS what
        FROM information_schema.columns WHERE table_schema IN ('public', 'tasks', 'drizzle')
      UNION ALL SELECT 'constraint', conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
      UNION ALL SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
      UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname::text FROM pg_trigger WHERE NOT tgisinternal
      UNION ALL SELECT 'function', proname, coalesce(proacl::text, '') FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
      UNION ALL SELECT 'rights', relname, relacl::text FROM pg_class
        WHERE relnamespace IN ('public'::regnamespace, 'tasks'::regnamespace) AND relkind IN ('r', 'p', 'S')
      UNION ALL SELECT 'queue', name, concat_ws(' ', retry_limit, retry_delay, heartbeat_seconds) FROM tasks.queue
      UNION ALL SELECT 'migration', hash, '' FROM drizzle.__drizzle_migrations
      UNION ALL SELECT 'model', version, '' FROM risk_models
      ORDER BY kind, 2, 3`
  } finally {
    await sql.end()
  }
}

test("four that migrate an empty database at once all succeed, and it is migrated once", async () => {
  await Promise.all(Array.from({ length: 4 }, () => migrate(ownerUrl)))
  const hashes = await owner`SELECT count(*)::int AS n, count(DISTINCT hash)::int AS distinct
    FROM drizzle.__drizzle_migrations`
  assert.ok(hashes[0]?.["n"] > 0)
  assert.is(hashes[0]?.["n"], hashes[0]?.["distinct"])
})

test("to migrate again changes nothing", async () => {
  const before = await everything(ownerUrl)
  await migrate(ownerUrl)
  assert.equal(await everything(ownerUrl), before)
})

test("every queue is there, with a high limit of retries and a heartbeat that tells a dead worker", async () => {
  const queues =
    await owner`SELECT name, retry_limit, heartbeat_seconds FROM tasks.queue WHERE name = ANY (${[...taskNames]})`
  assert.equal(queues.map((queue) => queue["name"]).sort(), [...taskNames].sort())
  for (const queue of queues) {
    assert.is(queue["heartbeat_seconds"], 10)
    assert.ok(queue["retry_limit"] >= 1_000)
  }
})

test("to make the roles and the database again changes nothing", async () => {
  assert.equal(await bootstrap(database.superUrl, empty), { ownerUrl, appUrl })
  assert.is(new URL(ownerUrl).username, ownerRole)
  assert.is(new URL(appUrl).username, appRole)
})

test("the application's role cannot migrate", async () => {
  const error = await migrate(appUrl).catch((thrown) => thrown)
  assert.instance(error, Error)
})

test("the seeded risk model is version 1.0 as the code knows it", async () => {
  const rows = await owner`SELECT version, model FROM risk_models`
  assert.is(rows.length, 1)
  assert.is(rows[0]?.["version"], riskModelV1.version)
  assert.equal(parseRiskModel(rows[0]?.["model"]), riskModelV1)
})

test.after(async () => {
  await owner.end()
  const sql = postgres(database.superUrl, { max: 1 })
  await sql`DROP DATABASE ${sql(empty)} WITH (FORCE)`
  await sql.end()
  await database.close()
})

test.run()
