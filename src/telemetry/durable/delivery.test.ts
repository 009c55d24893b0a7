import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { testDatabase } from "../../db/testing.ts"
import { observed } from "./definition.ts"
import { type Candidate, candidate, killElected, outcomes, record, until } from "./testing.ts"

const database = await testDatabase()
const sql = postgres(database.url, { max: 2, onnotice: () => {} })

const test = suite("delivery")
test.before.each(async () => {
  await sql`DELETE FROM metric_inbox`
  await sql`DELETE FROM metric_points`
})
test.after(async () => {
  await sql.end()
  await database.close()
})

const editor = { app_name: "Editor", ring: "LAB" } as const

/** The series of each request that was made by `work`. */
async function sentBy(process: Candidate, work: () => Promise<void>): Promise<readonly string[][]> {
  const before = process.receiver.requests.length
  await work()
  return process.receiver.requests
    .slice(before)
    .map(({ scopeMetrics }) =>
      scopeMetrics.flatMap((scope) =>
        scope.metrics.flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ attributes }) => `${descriptor.name} ${Object.values(attributes).join(" ")}`),
        ),
      ),
    )
}

const all = ["outcomes Editor LAB", "promotions LAB", "promotions GLOBAL"].sort()

test("what changed is sent at once, what did not is sent again within 15 seconds, and nothing is sent in between", async () => {
  const only = candidate(database.url)
  await record(sql, [outcomes.add(1, editor)])
  const [first] = await sentBy(only, only.flush)
  assert.equal(first?.sort(), all)
  assert.equal(await sentBy(only, only.flush), [])
  await record(sql, [outcomes.add(1, editor)])
  assert.equal(await sentBy(only, only.flush), [["outcomes Editor LAB"]])
  only.wait(15_000)
  const [again] = await sentBy(only, only.flush)
  assert.equal(again?.sort(), all)
  await only.close()
})

test("what did not arrive is sent again at the next interval, and once it has arrived no more", async () => {
  const only = candidate(database.url)
  await record(sql, [outcomes.add(1, editor)])
  only.receiver.state = "down"
  await only.flush()
  assert.is(only.receiver.value("outcomes", editor), undefined)
  only.receiver.state = "up"
  const [again] = await sentBy(only, only.flush)
  assert.equal(again?.sort(), all)
  assert.is(only.receiver.value("outcomes", editor), 1)
  assert.equal(await sentBy(only, only.flush), [])
  await only.close()
})

test("while the Collector is down one batch asks for it, and every failure is counted but few are logged", async () => {
  const only = candidate(database.url)
  await sql`INSERT INTO metric_points SELECT 'durable', 'outcomes', json_build_object('app_name', 'app' || i, 'ring', 'LAB'), now(), 1, 1
    FROM generate_series(1, 2500) AS i`
  only.receiver.state = "down"
  const sizes = async () => (await sentBy(only, only.flush)).map((request) => request.length)
  assert.equal([await sizes(), await sizes(), await sizes()], [[1_000], [1_000], [1_000]])
  assert.equal(only.counted, ["export", "export", "export"])
  assert.equal(only.logged, ["export ×1: Error: refused"])
  only.wait(60_000)
  await only.flush()
  assert.equal(only.logged.slice(1), ["export ×3: Error: refused"])
  only.receiver.state = "up"
  assert.equal([await sizes(), await sizes(), await sizes()], [[1_000], [1_000, 502], []])
  await only.close()
})

test("a Collector that hangs is asked once and does not keep the inbox from being folded; its late answer settles no newer value", async () => {
  const only = candidate(database.url, { exportIntervalMs: 50 })
  await record(sql, [outcomes.add(1, editor)])
  only.receiver.state = "hanging"
  await until("a request hangs", () => only.receiver.unanswered.length > 0)
  await record(sql, [outcomes.add(1, editor)])
  await until("the inbox is folded", async () => (await sql`SELECT FROM metric_inbox`).length === 0)
  assert.is(only.receiver.requests.length, 1)
  only.receiver.state = "up"
  only.receiver.unanswered.shift()?.()
  assert.is(only.receiver.value("outcomes", editor), 1)
  await until("the newer value arrives", () => only.receiver.value("outcomes", editor) === 2)
  await only.close()
})

test("a Collector that hangs does not delay the end, nor keep the office from the next process", async () => {
  const only = candidate(database.url, { deadlineMs: 200 })
  only.receiver.state = "hanging"
  const flushed = only.flush()
  await until("a request hangs", () => only.receiver.unanswered.length > 0)
  const startMs = performance.now()
  await only.close()
  assert.ok(performance.now() - startMs < 2_000, "closes within its deadline")
  assert.is(await killElected(sql), false, "nobody holds the lock any more")
  await flushed
  only.receiver.state = "up"
  only.receiver.unanswered.shift()?.() // the reader would wait for it
})

test("who was closed in the middle of a collection is never elected again", async () => {
  const gate = Promise.withResolvers<[]>()
  const stuck = observed({ name: "stuck", unit: "", description: "", attributes: {}, read: () => gate.promise })
  const only = candidate(database.url, { deadlineMs: 200, observed: [stuck] })
  await only.flush()
  assert.is(only.elected(), true)
  await only.close()
  gate.resolve([])
  await until("the last collection was tried", () => only.counted.filter((part) => part === "database").length === 2)
  assert.is(await killElected(sql), false, "nobody holds the lock")
})

test("a database that is away is an error to count, not one that is thrown", async () => {
  const only = candidate("postgres://nobody@127.0.0.1:1/nothing")
  await only.flush()
  await only.flush()
  assert.equal(only.counted, ["database", "database"])
  assert.is(only.logged.length, 1)
  assert.is(only.elected(), false)
  await only.close()
})

test.run()
