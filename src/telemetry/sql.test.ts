import { eq, sql as raw } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect } from "../db/client.ts"
import { applications } from "../db/schema.ts"
import { testDatabase } from "../db/testing.ts"
import { poolUse } from "./pools.ts"
import { instrumentSql } from "./sql.ts"
import { startTestTelemetry } from "./testing.ts"
import { withSpan } from "./trace.ts"

const telemetry = startTestTelemetry()
const database = await testDatabase()
const client = connect({ url: database.url, applicationName: "test", max: 3, instrument: instrumentSql })
const { db, sql } = client
await sql`SELECT 1` // connections are opened outside of any measurement

/** Runs `work` inside a span and answers the database spans below it, in order of their end. */
async function spansOf(work: () => Promise<unknown>) {
  const before = telemetry.spans().length
  await withSpan("work", {}, work).catch(() => {})
  const added = telemetry.spans().slice(before)
  const parent = added.at(-1)
  const queries = added.slice(0, -1)
  for (const query of queries) assert.is(query.parentSpanId, parent?.spanId)
  return queries
}
const names = async (work: () => Promise<unknown>) => (await spansOf(work)).map((span) => span.name)

test("drizzle's queries are CLIENT spans with the conventions' attributes and no values", async () => {
  const [span, ...others] = await spansOf(() =>
    db.insert(applications).values({ name: "canary-app", label: "canary-app" }),
  )
  assert.is(others.length, 0)
  const { "server.port": port, "db.namespace": namespace, ...attributes } = span?.attributes ?? {}
  assert.equal([span?.name, span?.kind, span?.status], ["INSERT applications", "client", "unset"])
  assert.equal(attributes, {
    "db.system.name": "postgresql",
    "db.operation.name": "INSERT",
    "db.collection.name": "applications",
    "db.query.summary": "INSERT applications",
    "server.address": "127.0.0.1",
    "peer.service": "postgresql",
  })
  assert.type(port, "number")
  assert.match(String(namespace), /^test_/)
})

test("transactions, savepoints and prepared statements on their connection are seen as well", async () => {
  const seen = await names(() =>
    db.transaction(async (tx) => {
      await tx.update(applications).set({ label: "other" }).where(eq(applications.name, "canary-app"))
      await tx.transaction((inner) => inner.execute(raw`SELECT now()`))
      const find = tx
        .select()
        .from(applications)
        .where(eq(applications.name, raw.placeholder("name")))
        .prepare("find")
      const [row] = await find.execute({ name: "canary-app" })
      assert.is(row?.label, "other")
    }),
  )
  assert.equal(seen, ["UPDATE applications", "SELECT now", "SELECT applications"])
})

test("tagged templates, with fragments, and reserved connections are seen once each", async () => {
  const seen = await names(async () => {
    const where = sql`WHERE name = ${"x"}`
    await sql`SELECT * FROM ${sql("applications")} ${where}`
    await sql.unsafe("SELECT 1 FROM applications")
    const reserved = await sql.reserve()
    await reserved`DELETE FROM processes`
    reserved.release()
    await sql.begin((tx) => tx`SELECT * FROM tokens`)
  })
  assert.equal(seen, ["SELECT", "SELECT applications", "DELETE processes", "SELECT tokens"])
})

test("a failed query's span ends as an error of its SQLSTATE, without the statement or its values", async () => {
  const [span] = await spansOf(() => db.insert(applications).values({ name: "canary-app", label: "canary-value" }))
  assert.equal([span?.status, span?.attributes["error.type"]], ["error", "23505"])
  assert.not.match(JSON.stringify(telemetry.spans()), "canary-value")
})

test("queries outside of any span make none, and are measured all the same", async () => {
  const updates = async () =>
    (await telemetry.points("db.client.operation.duration")).find(
      (each) => each.attributes["db.operation.name"] === "update",
    )?.value ?? 0
  const [spans, measured] = [telemetry.spans().length, await updates()]
  await db.update(applications).set({ label: "label" })
  assert.is(telemetry.spans().length, spans)
  assert.is(await updates(), measured + 1)
  for (const { attributes } of await telemetry.points("db.client.operation.duration")) {
    assert.equal(Object.keys(attributes).sort(), ["db.operation.name", "db.system.name"])
  }
})

test("the results are those of the bare client", async () => {
  const rows = await sql<{ a: number }[]>`SELECT 1 AS a`
  assert.equal([...rows], [{ a: 1 }])
  assert.equal([...(await sql`SELECT 1 AS a`.values())], [[1]])
  assert.is(sql.options.max, 3)
})

test("connections in use are those of transactions, reservations and queries", async () => {
  assert.equal(poolUse(), { size: 3, inUse: 0 })
  await sql.begin(async (tx) => {
    await tx`SELECT 1`
    assert.is(poolUse().inUse, 1)
    const reserved = await sql.reserve()
    assert.is(poolUse().inUse, 2)
    const many = Array.from({ length: 5 }, () => sql`SELECT pg_sleep(0.01)`.execute())
    await new Promise((done) => setImmediate(done))
    assert.is(poolUse().inUse, 3)
    await Promise.all(many)
    reserved.release()
    assert.is(poolUse().inUse, 1)
  })
  await sql.begin((tx) => tx`SELECT 1 / 0`).catch(() => {})
  assert.is(poolUse().inUse, 0)
  assert.equal(
    (await telemetry.points("db.connection_pool.size")).map((point) => point.value),
    [3],
  )
})

test("a connection that is lost ends its query's span", async () => {
  const [span] = await spansOf(async () => {
    const sleeping = sql`SELECT pg_sleep(10)`.execute()
    const end = Date.now() + 5_000
    let killed = 0
    while (killed === 0 && Date.now() < end) {
      const rows = await sql<{ killed: boolean }[]>`
        SELECT pg_terminate_backend(pid) AS killed FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT pg_sleep(10)%'`
      killed = rows.length
    }
    await sleeping
  }).then((spans) => spans.filter((each) => each.name === "SELECT pg_sleep"))
  assert.is(span?.status, "error")
  assert.match(String(span?.attributes["error.type"]), /^(57P01|CONNECTION_CLOSED)$/)
  assert.is(poolUse().inUse, 0)
})

test.after(async () => {
  await client.close()
  await database.close()
  await telemetry.shutdown(200)
})

test.run()
