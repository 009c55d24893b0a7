import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { testDatabase } from "../../db/testing.ts"
import { observed } from "./definition.ts"
import { overflow } from "./fold.ts"
import { candidate, durations, killElected, outcomes, promotions, Receiver, record, until } from "./testing.ts"

const database = await testDatabase()
const sql = postgres(database.superUrl, { max: 2, onnotice: () => {} })

const test = suite("startDurable")
test.before.each(async () => {
  await sql`DELETE FROM metric_inbox`
  await sql`DELETE FROM metric_points`
})
test.after(async () => {
  await sql.end()
  await database.close()
})

const editor = { app_name: "Editor", ring: "LAB" } as const
const start = { url: database.url }

async function firstPointMicros(): Promise<number> {
  const [row] = await sql`SELECT (extract(epoch FROM min(at)) * 1000000)::float8 AS micros FROM metric_inbox`
  return Number(row?.["micros"])
}

test("the first value of a series leaves with the time of its first point as its start", async () => {
  await record(sql, [outcomes.add(1, editor), durations.record(7, { app_name: "Editor" })])
  await record(sql, [outcomes.add(2, editor)])
  const firstMicros = await firstPointMicros()
  const only = candidate(start.url)
  await only.flush()
  assert.is(only.receiver.value("outcomes", editor), 3)
  assert.equal(only.receiver.value("durations", { app_name: "Editor" }), {
    sum: 7,
    count: 1,
    buckets: { boundaries: [1, 5, 10], counts: [0, 0, 1, 0] },
  })
  const held = only.receiver.held.get(`outcomes ${JSON.stringify(editor)}`)
  assert.is(held?.startMicros, firstMicros)
  assert.ok((held?.endMicros ?? 0) > firstMicros)
  await only.close()
})

test("resource and scope are the same for every process and version", async () => {
  const only = candidate(start.url)
  await only.flush()
  const [request] = only.receiver.requests
  assert.equal(request?.resource.attributes, {
    "service.namespace": "eucora",
    "service.name": "eucora-control-plane",
    "service.instance.id": "durable",
    "deployment.environment.name": "test",
    "eucora.role": "durable",
  })
  assert.equal(
    request?.scopeMetrics.map((each) => each.scope),
    [{ name: "eucora.durable" }],
  )
  await only.close()
})

test("known series are there as zero before anything happened, others are not", async () => {
  const only = candidate(start.url)
  await only.flush()
  assert.equal([...only.receiver.held.keys()].sort(), ['promotions {"ring":"GLOBAL"}', 'promotions {"ring":"LAB"}'])
  assert.is(only.receiver.value("promotions", { ring: "LAB" }), 0)
  await record(sql, [promotions.add(1, { ring: "LAB" })])
  await only.flush()
  assert.is(only.receiver.value("promotions", { ring: "LAB" }), 1)
  assert.equal(only.receiver.faults, [])
  await only.close()
})

test("one process is elected, and the next one goes on where it stopped: same starts, later ends, nothing lower", async () => {
  const receiver = new Receiver()
  const [first, second] = [candidate(start.url, { receiver }), candidate(start.url, { receiver })]
  await record(sql, [outcomes.add(5, editor), durations.record(1, { app_name: "Editor" })])
  await first.flush()
  await second.flush()
  assert.equal([first.elected(), second.elected()], [true, false])
  const before = new Map(receiver.held)
  await first.close()
  await record(sql, [outcomes.add(3, editor)])
  await second.flush()
  assert.equal([first.elected(), second.elected()], [false, true])
  assert.is(receiver.value("outcomes", editor), 8)
  assert.equal([...receiver.held.keys()], [...before.keys()])
  for (const [series, held] of receiver.held) assert.ok(held.endMicros > (before.get(series)?.endMicros ?? 0), series)
  assert.equal(receiver.faults, [])
  await second.close()
})

test("a start that changed would be noticed", async () => {
  const receiver = new Receiver()
  const first = candidate(start.url, { receiver })
  await first.flush()
  await first.close()
  await sql`DELETE FROM metric_points`
  const second = candidate(start.url, { receiver })
  await second.flush()
  assert.equal(receiver.faults.sort(), [
    'promotions {"ring":"GLOBAL"} began anew',
    'promotions {"ring":"LAB"} began anew',
  ])
  await second.close()
})

test("what a deposed process sends late is older than what its successor sent, so it does no harm", async () => {
  const [first, second] = [candidate(start.url), candidate(start.url)]
  await record(sql, [outcomes.add(5, editor)])
  await first.flush()
  await first.close()
  await record(sql, [outcomes.add(3, editor)])
  await second.flush()
  await second.close()
  for (const [dropsOlder, faults] of [
    [true, 0],
    [false, 1],
  ] as const) {
    const receiver = new Receiver({ dropsOlder })
    for (const late of [...second.receiver.requests, ...first.receiver.requests]) receiver.take(late)
    assert.is(receiver.faults.length, faults, `a Collector that ${dropsOlder ? "drops" : "takes"} older points`)
  }
})

test("the loss of the connection deposes at once, and another process is elected", async () => {
  const receiver = new Receiver()
  const [first, second] = [candidate(start.url, { receiver }), candidate(start.url, { receiver })]
  await record(sql, [outcomes.add(5, editor)])
  await first.flush()
  await killElected(sql)
  await until("the first is deposed", () => !first.elected())
  await record(sql, [outcomes.add(3, editor)])
  await second.flush()
  await first.flush()
  assert.equal([first.elected(), second.elected()], [false, true])
  assert.is(receiver.value("outcomes", editor), 8)
  assert.equal(receiver.faults, [])
  await first.close()
  await second.close()
})

test("what another process folded meanwhile is known after the next election", async () => {
  const [first, second] = [candidate(start.url), candidate(start.url)]
  await first.flush()
  await killElected(sql)
  await until("the first is deposed", () => !first.elected())
  await record(sql, [outcomes.add(3, editor)])
  await second.flush()
  await second.close()
  await first.flush()
  assert.is(first.elected(), true)
  assert.is(first.receiver.value("outcomes", editor), 3)
  await first.close()
})

test("after an error of a fold, whose outcome nobody knows, all points are read anew", async () => {
  const only = candidate(start.url)
  await record(sql, [outcomes.add(1, editor)])
  await only.flush()
  await sql`UPDATE metric_points SET sum = sum + 1 WHERE instrument = 'outcomes'`
  await sql`ALTER TABLE metric_inbox RENAME TO metric_outbox`
  await only.flush()
  await sql`ALTER TABLE metric_outbox RENAME TO metric_inbox`
  assert.equal(only.counted, ["database"])
  await only.flush()
  assert.is(only.receiver.value("outcomes", editor), 2)
  await only.close()
})

test("who loses the lock in the middle of a collection sends nothing of it", async () => {
  let kill = true
  const killing = observed({
    ...{ name: "killing", unit: "", description: "", attributes: {} },
    read: async (connection) => {
      if (kill) await killElected(sql)
      await connection`SELECT 1`.catch(() => connection`SELECT 1`) // never answered: sent before the client knows
      return []
    },
  })
  const only = candidate(start.url, { observed: [killing] })
  await record(sql, [outcomes.add(1, editor)])
  await only.flush()
  assert.equal([only.elected(), only.receiver.requests.length], [false, 0])
  kill = false
  await only.flush()
  assert.is(only.receiver.value("outcomes", editor), 1)
  await only.close()
})

test("a backlog is folded and sent in one collection", async () => {
  await sql`INSERT INTO metric_inbox (instruments, attributes, vals)
    SELECT '{outcomes}', ARRAY[${outcomes.add(1, editor).attributes}], '{1}' FROM generate_series(1, 2500)`
  const only = candidate(start.url)
  await only.flush()
  assert.is(only.receiver.value("outcomes", editor), 2500)
  await only.close()
})

test("a database clock that is set back does not make newer values look old", async () => {
  await sql.unsafe(`
    CREATE SCHEMA fake;
    CREATE TABLE fake.clock (shift interval);
    CREATE FUNCTION fake.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS 'SELECT pg_catalog.clock_timestamp() + shift FROM fake.clock'`)
  await sql`INSERT INTO fake.clock VALUES ('0')`
  const only = candidate(`${database.superUrl}?search_path=fake,pg_catalog,public`)
  await record(sql, [outcomes.add(1, editor)])
  await only.flush()
  await sql`UPDATE fake.clock SET shift = '-1 hour'`
  await record(sql, [outcomes.add(1, editor)])
  await only.flush()
  assert.is(only.receiver.value("outcomes", editor), 2)
  await only.close()
  await sql`DROP SCHEMA fake CASCADE`
})

test("an instrument has no more series than it may, and its sum is whole nonetheless", async () => {
  const only = candidate(start.url, { maxSeries: 2 })
  for (const app_name of ["Editor", "Browser"]) await record(sql, [outcomes.add(1, { app_name, ring: "LAB" })])
  await only.flush()
  for (const app_name of ["Shell", "Mail", "Editor"]) await record(sql, [outcomes.add(1, { app_name, ring: "LAB" })])
  await only.flush()
  const values = [...only.receiver.held].map(([series, { value }]) => [series, value])
  assert.equal(Object.fromEntries(values.filter(([series]) => String(series).startsWith("outcomes"))), {
    'outcomes {"app_name":"Editor","ring":"LAB"}': 2,
    'outcomes {"app_name":"Browser","ring":"LAB"}': 1,
    [`outcomes ${overflow}`]: 2,
  })
  await only.close()
})

test.run()
