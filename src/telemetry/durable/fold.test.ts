import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { testDatabase } from "../../db/testing.ts"
import { counter, type DurableInstrument, histogram } from "./definition.ts"
import { type Fold, type FoldOptions, fold, overflow, readPoints, type SeriesTotals } from "./fold.ts"
import { durations, instruments, outcomes, promotions, record } from "./testing.ts"

const database = await testDatabase()
const sql = postgres(database.url, { max: 4, onnotice: () => {} })

const test = suite("fold")
test.before.each(async () => {
  await sql`DELETE FROM metric_inbox`
  await sql`DELETE FROM metric_points`
})
test.after(async () => {
  await sql.end()
  await database.close()
})

function run(options: Partial<FoldOptions> = {}): Promise<Fold> {
  return fold(sql, { instance: "durable", instruments, full: new Set(), limit: 1_000, ...options })
}

async function stored(known: readonly DurableInstrument[] = instruments): Promise<readonly SeriesTotals[]> {
  const slices = await Array.fromAsync(readPoints(sql, { instance: "durable", instruments: known }))
  return slices.flat()
}

async function waiting(): Promise<number> {
  return (await sql`SELECT FROM metric_inbox`).length
}

const editor = { app_name: "Editor" }

test("a bucket includes its upper bound", async () => {
  for (const value of [1, 1.000001, 5, 10, 10.000001, 0, -3]) await record(sql, [durations.record(value, editor)])
  const [series] = (await run()).touched
  assert.equal(series?.buckets, [3, 2, 1, 1])
  assert.is(series?.count, 7)
  const [lowerInclusive] = await sql`SELECT width_bucket(1::float8, ARRAY[1, 5, 10]::float8[]) AS bucket`
  assert.is(lowerInclusive?.["bucket"], 1, "PostgreSQL's own buckets would put 1 into the second")
})

test("sums are exact decimals, in whatever order and in however many folds they were added", async () => {
  const values = [0.1, 0.2, 1e15, 0.12345678901234566, 1e-7]
  for (const value of values) await record(sql, [outcomes.add(value, { ...editor, ring: "LAB" })])
  for (let i = 0; i < 3; i++) await run({ limit: 2 })
  const [row] = await sql`SELECT sum::text FROM metric_points`
  assert.is(row?.["sum"], "1000000000000000.42345688901234566")
  const ofDoubles = values.reduce((sum, each) => sum + each, 0)
  assert.is.not(String(ofDoubles), row?.["sum"], "a sum of doubles loses the small ones")
})

test("a series starts with its first point and keeps that start", async () => {
  await record(sql, [outcomes.add(1, { ...editor, ring: "LAB" })])
  const [at] = await sql`SELECT (extract(epoch FROM at) * 1000000)::float8 AS micros FROM metric_inbox`
  const first = await run()
  await record(sql, [outcomes.add(1, { ...editor, ring: "LAB" })])
  const second = await run()
  assert.is(first.touched[0]?.startMicros, at?.["micros"])
  assert.is(second.touched[0]?.startMicros, at?.["micros"])
  assert.is(second.touched[0]?.sum, 2)
  assert.ok(second.atMicros > first.atMicros)
})

test("a backlog is folded in statements of bounded size, each point once", async () => {
  for (let i = 0; i < 25; i++) await record(sql, [outcomes.add(1, { ...editor, ring: "LAB" })])
  const taken = [await run({ limit: 10 }), await run({ limit: 10 }), await run({ limit: 10 }), await run({ limit: 10 })]
  assert.equal(
    taken.map((each) => each.taken),
    [10, 10, 5, 0],
  )
  assert.is((await stored()).find((each) => each.instrument === "outcomes")?.sum, 25)
})

test("points of an instrument that this version does not know wait for one that does, and keep nothing else waiting", async () => {
  const newer = counter({ name: "newer", unit: "", description: "", attributes: {} })
  await record(sql, [newer.add(4, {}), outcomes.add(1, { ...editor, ring: "LAB" })])
  assert.equal(
    (await run()).touched.map((each) => [each.instrument, each.sum]),
    [["outcomes", 1]],
  )
  assert.is((await run()).taken, 0)
  assert.is(await waiting(), 1)
  const later = await run({ instruments: [...instruments, newer] })
  assert.equal(
    later.touched.map((each) => [each.instrument, each.sum]),
    [["newer", 4]],
  )
  assert.is(await waiting(), 0)
})

test("instances are folded apart", async () => {
  await sql`INSERT INTO metric_inbox (instance, instruments, attributes, vals) VALUES ('demo', '{promotions}', '{"{}"}', '{1}')`
  assert.is((await run()).taken, 0)
  assert.is((await run({ instance: "demo" })).taken, 1)
})

test("a series that no exporter could read is kept and blocks nothing", async () => {
  await record(sql, [{ instrument: "outcomes", attributes: "no JSON", value: 1 }, promotions.add(1, { ring: "LAB" })])
  assert.equal(
    (await run()).touched.map((each) => each.instrument),
    ["promotions"],
  )
  assert.is(await waiting(), 0)
  assert.is((await sql`SELECT FROM metric_points WHERE attributes = 'no JSON'`).length, 1)
})

test("beyond the bound new series are summed in one overflow series, and known ones go on", async () => {
  await record(sql, [outcomes.add(1, { ...editor, ring: "LAB" })])
  await run()
  for (const app_name of ["Editor", "Browser", "Shell"]) await record(sql, [outcomes.add(1, { app_name, ring: "LAB" })])
  const { touched } = await run({ full: new Set(["outcomes"]) })
  const sums = Object.fromEntries(touched.map((each) => [each.attributes, each.sum]))
  assert.equal(sums, { [outcomes.add(0, { ...editor, ring: "LAB" }).attributes]: 2, [overflow]: 2 })
})

test("known series begin at zero, once; what is counted already is not touched", async () => {
  await record(sql, [promotions.add(3, { ring: "LAB" })])
  await run()
  const first = await stored()
  assert.equal(first.map((each) => [each.instrument, each.attributes, each.sum]).sort(), [
    ["promotions", '{"ring":"GLOBAL"}', 0],
    ["promotions", '{"ring":"LAB"}', 3],
  ])
  assert.equal(await stored(), first)
})

test("a histogram whose number of boundaries changed keeps count and sum, and counts what was before in its last bucket", async () => {
  await record(sql, [durations.record(0.5, editor), durations.record(7, editor)])
  await run()
  const changed = histogram({ ...durations, boundaries: [1, 2, 3, 4] })
  assert.equal((await stored([changed]))[0]?.buckets, [0, 0, 0, 0, 2])
  await record(sql, [durations.record(2, editor)])
  const [series] = (await run({ instruments: [changed] })).touched
  assert.equal(series?.buckets, [0, 1, 0, 0, 2])
  assert.is(series?.sum, 9.5)
  assert.is(series?.count, 3)
})

test("two folds at once share the points and lose none", async () => {
  for (let i = 0; i < 40; i++)
    await record(sql, [outcomes.add(1, { app_name: `app${i % 7}`, ring: "LAB" }), durations.record(i, editor)])
  const folds = await Promise.all(Array.from({ length: 8 }, () => run({ limit: 10 })))
  const rest = await run()
  assert.is(
    [...folds, rest].reduce((sum, each) => sum + each.taken, 0),
    40,
  )
  const sums = (await stored()).filter((each) => each.instrument === "outcomes").map((each) => each.sum)
  assert.is(
    sums.reduce((sum, each) => sum + each, 0),
    40,
  )
})

test.run()
