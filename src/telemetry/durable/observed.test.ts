import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { testDatabase } from "../../db/testing.ts"
import { type Observation, observed } from "./definition.ts"
import { candidate, outcomes, promotions, record } from "./testing.ts"

const database = await testDatabase()
const sql = postgres(database.superUrl, { max: 1, onnotice: () => {} })
await sql`CREATE TABLE backlog (state text, size float8)`

const test = suite("observed")
test.before.each(async () => {
  await sql`DELETE FROM backlog`
})
test.after(async () => {
  await sql.end()
  await database.close()
})

const backlog = observed({
  name: "backlog",
  unit: "{task}",
  description: "Tasks that wait",
  attributes: { state: ["ready", "held"] },
  read: (connection) => connection<Observation[]>`
    SELECT json_build_object('state', state) AS attributes, size AS value FROM backlog`,
})
const broken = observed({
  name: "broken",
  unit: "",
  description: "Cannot be read",
  attributes: {},
  read: (connection) => connection<Observation[]>`SELECT '{}'::json AS attributes, 1 / 0 AS value`,
})

const ready = { state: "ready" }

test("a gauge is read from the database, stamped with the database's time of the fold", async () => {
  await sql`INSERT INTO backlog VALUES ('ready', 3), ('held', 0)`
  const only = candidate(database.superUrl, { observed: [backlog] })
  await only.flush()
  assert.is(only.receiver.value("backlog", ready), 3)
  assert.is(only.receiver.value("backlog", { state: "held" }), 0)
  const ends = new Set([...only.receiver.held.values()].map((held) => held.endMicros))
  assert.is(ends.size, 1, "one time for all that is sent together")
  await only.close()
})

test("gauges are read no more often than they should be", async () => {
  await sql`INSERT INTO backlog VALUES ('ready', 3)`
  const only = candidate(database.superUrl, { observed: [backlog], observeIntervalMs: 5_000 })
  await only.flush()
  await sql`UPDATE backlog SET size = 4`
  await only.flush()
  assert.is(only.receiver.value("backlog", ready), 3)
  only.wait(5_000)
  await only.flush()
  assert.is(only.receiver.value("backlog", ready), 4)
  await only.close()
})

test("a series that ends is sent as 0 for three scrapes and then no more", async () => {
  await sql`INSERT INTO backlog VALUES ('ready', 3)`
  const only = candidate(database.superUrl, { observed: [backlog] })
  await only.flush()
  await sql`DELETE FROM backlog`
  for (let seconds = 5; seconds <= 15; seconds += 5) {
    only.wait(5_000)
    only.receiver.held.clear()
    await only.flush()
    assert.is(only.receiver.value("backlog", ready), 0, `after ${seconds} s`)
  }
  only.wait(5_000)
  only.receiver.held.clear()
  await only.flush()
  assert.is(only.receiver.value("backlog", ready), undefined, "after 20 s")
  await sql`INSERT INTO backlog VALUES ('ready', 2)`
  await only.flush()
  assert.is(only.receiver.value("backlog", ready), 2, "it may begin again")
  await only.close()
})

test("a gauge that cannot be read is reported, left alone for a while, and keeps nothing else from being sent", async () => {
  await sql`INSERT INTO backlog VALUES ('ready', 3)`
  await record(sql, [outcomes.add(1, { app_name: "Editor", ring: "LAB" })])
  const only = candidate(database.superUrl, { observed: [broken, backlog] })
  await only.flush()
  await only.flush()
  assert.equal(only.counted, ["gauge broken"])
  assert.match(only.logged[0] ?? "", /^gauge broken ×1: .*division by zero/)
  assert.is(only.receiver.value("backlog", ready), 3)
  assert.is(only.receiver.value("outcomes", { app_name: "Editor", ring: "LAB" }), 1)
  only.wait(10_000)
  await only.flush()
  assert.is(only.counted.length, 2)
  await only.close()
})

test("what is no number and what is no declared attribute is refused", async () => {
  const only = candidate(database.superUrl, { observed: [backlog] })
  for (const [state, size] of [
    ["ready", Number.NaN],
    ["lost", 1],
  ] as const) {
    await sql`INSERT INTO backlog VALUES (${state}, ${size})`
    only.receiver.held.clear()
    await only.flush()
    assert.is([...only.receiver.held.keys()].filter((series) => series.startsWith("backlog")).length, 0, state)
    await sql`DELETE FROM backlog`
    only.wait(10_000)
  }
  assert.equal(only.counted, ["gauge backlog", "gauge backlog"])
  await only.close()
})

test("a process that is not elected reads and sends nothing", async () => {
  await sql`INSERT INTO backlog VALUES ('ready', 3)`
  const [first, second] = [candidate(database.superUrl), candidate(database.superUrl, { observed: [broken, backlog] })]
  await first.flush()
  await record(sql, [promotions.add(1, { ring: "LAB" })])
  await second.flush()
  assert.is(second.receiver.requests.length, 0)
  assert.equal(second.counted, [])
  await first.close()
  await second.close()
})

test.run()
