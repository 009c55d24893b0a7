import { eq, sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect } from "./client.ts"
import { within } from "./prepared.ts"
import { applications } from "./schema.ts"
import { testDatabase } from "./testing.ts"

const database = await testDatabase()
const client = connect({ url: database.url, applicationName: "test", max: 3 })
const { db } = client
const find = db
  .select({ name: applications.name, label: applications.label, backend: sql<number>`pg_backend_pid()` })
  .from(applications)
  .where(eq(applications.name, sql.placeholder("name")))
  .prepare("find_application")

test("within a transaction a prepared statement sees what the transaction wrote, on the transaction's connection", async () => {
  await db.transaction(async (tx) => {
    await tx.insert(applications).values({ name: "own", label: "own" })
    const [backend] = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
    const [row] = await within(find, tx).execute({ name: "own" })
    assert.equal(row, { name: "own", label: "own", backend: backend?.pid })
    assert.equal(await find.execute({ name: "own" }), [], "elsewhere it does not")
  })
  assert.is((await find.execute({ name: "own" })).length, 1)
})

test("what is bound to one transaction stays out of others that run at the same time", async () => {
  const insert = (name: string) =>
    db.transaction(async (tx) => {
      await tx.insert(applications).values({ name, label: name })
      const rows = await Promise.all([name, "first", "second"].map((one) => within(find, tx).execute({ name: one })))
      return rows.map((found) => found.length)
    })
  const [first, second] = await Promise.all([insert("first"), insert("second")])
  assert.is(first?.[0], 1)
  assert.is(second?.[0], 1)
})

test("a rolled back transaction takes what its statement saw with it", async () => {
  const failed = db.transaction(async (tx) => {
    await tx.insert(applications).values({ name: "gone", label: "gone" })
    assert.is((await within(find, tx).execute({ name: "gone" })).length, 1)
    throw new Error("rolled back")
  })
  assert.is((await failed.catch((error) => error)).message, "rolled back")
  assert.equal(await find.execute({ name: "gone" }), [])
})

test.after(async () => {
  await client.close()
  await database.close()
})

test.run()
