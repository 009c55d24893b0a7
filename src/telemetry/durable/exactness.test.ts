import fc from "fast-check"
import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { testDatabase } from "../../db/testing.ts"
import type { MetricPoint } from "./definition.ts"
import {
  type Candidate,
  candidate,
  durations,
  killElected,
  outcomes,
  promotions,
  Receiver,
  record,
  rings,
} from "./testing.ts"

const database = await testDatabase()
const sql = postgres(database.url, { max: 6, onnotice: () => {} })

const test = suite("exactness")
test.after(async () => {
  await sql.end()
  await database.close()
})

interface Transition {
  readonly points: readonly MetricPoint[]
  readonly end: "commit" | "roll back" | "commit, then the elected exporter's connection is killed"
}

const app = fc.constantFrom("Editor", "Browser", "Shell")
const point: fc.Arbitrary<MetricPoint> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 5 }), app, fc.constantFrom(...rings))
    .map(([n, app_name, ring]) => outcomes.add(n, { app_name, ring })),
  fc.constantFrom(...rings).map((ring) => promotions.add(1, { ring })),
  fc.tuple(fc.integer({ min: 0, max: 12_000 }), app).map(([ms, app_name]) => durations.record(ms / 1000, { app_name })),
)
const transition: fc.Arbitrary<Transition> = fc.record({
  points: fc.array(point, { minLength: 1, maxLength: 4 }),
  end: fc.oneof(
    { weight: 8, arbitrary: fc.constant("commit" as const) },
    { weight: 2, arbitrary: fc.constant("roll back" as const) },
    { weight: 1, arbitrary: fc.constant("commit, then the elected exporter's connection is killed" as const) },
  ),
})
const story = fc.array(transition, { minLength: 20, maxLength: 120 })

/** A series' totals: sums in thousandths, as text, because they have to be exact. */
type Totals = Readonly<
  Record<string, { readonly count: number; readonly sum: string; readonly buckets: readonly number[] | null }>
>

function expected(transitions: readonly Transition[]): Totals {
  const committed = transitions.filter((each) => each.end !== "roll back").flatMap((each) => each.points)
  const series = Object.groupBy(committed, ({ instrument, attributes }) => `${instrument} ${attributes}`)
  return Object.fromEntries(Object.entries(series).map(([name, points = []]) => [name, totalsOf(points)]))
}

function totalsOf(points: readonly MetricPoint[]): Totals[string] {
  const bucketOf = (value: number) => durations.boundaries.filter((bound) => bound < value).length
  const inBucket = (bucket: number) => points.filter((each) => bucketOf(each.value) === bucket).length
  return {
    count: points.length,
    sum: String(points.reduce((sum, each) => sum + Math.round(each.value * 1000), 0)),
    buckets: points[0]?.instrument === durations.name ? [0, 1, 2, 3].map(inBucket) : null,
  }
}

async function stored(): Promise<Totals> {
  const rows = await sql`
    SELECT instrument || ' ' || attributes AS series, count::int, (sum * 1000)::bigint::text AS sum, buckets::int[]
    FROM metric_points WHERE count > 0`
  return Object.fromEntries(rows.map(({ series, count, sum, buckets }) => [series, { count, sum, buckets }]))
}

/** What a Collector holds, in the same form; a counter is not told how often it was added to. */
function held(receiver: Receiver, like: Totals): Totals {
  return Object.fromEntries(
    Object.entries(like).map(([series, { count }]) => {
      const value = receiver.held.get(series)?.value
      if (typeof value === "object")
        return [series, { count: value.count, sum: thousandths(value.sum), buckets: value.buckets.counts }]
      return [series, { count, sum: thousandths(value), buckets: null }]
    }),
  )
}

function thousandths(value: number | undefined): string {
  return String(Math.round((value ?? Number.NaN) * 1000))
}

/** How often somebody elected was killed, and how often in the middle of its work. */
let kills = 0
let interrupted = 0

type Write = (transition: Transition) => Promise<void>

class RolledBack extends Error {}

/** As a verb does: the points are part of the transaction. */
const inTransaction: Write = ({ points, end }) =>
  sql
    .begin(async (tx) => {
      await record(tx, points)
      if (end === "roll back") throw new RolledBack()
    })
    .catch((thrown: unknown) => assert.instance(thrown, RolledBack)) as Promise<void>

/** As ordinary counters do: whatever becomes of the transaction, the count stays. */
const besideTransaction: Write = ({ points }) => record(sql, points)

async function play(transitions: readonly Transition[], write: Write): Promise<void> {
  const queue = transitions.values()
  const writers = Array.from({ length: 4 }, async () => {
    for (const next of queue) {
      await write(next)
      if (next.end.includes("killed")) await kill()
    }
  })
  await Promise.all(writers)
}

/** Waits until somebody is elected, and kills. */
async function kill(): Promise<void> {
  const deadline = performance.now() + 5_000
  while (!(await killElected(sql))) assert.ok(performance.now() < deadline, "nobody is elected")
  kills++
}

async function inboxIsEmpty(): Promise<boolean> {
  return (await sql`SELECT FROM metric_inbox LIMIT 1`).length === 0
}

/** Two exporters race for as long as `work` lasts, and then until everything is folded and sent. */
async function race(exporters: readonly Candidate[], work: Promise<void>): Promise<void> {
  let working = true
  const done = work.finally(() => {
    working = false
  })
  const deadline = performance.now() + 5_000
  const run = async (exporter: Candidate) => {
    while (working || !(await inboxIsEmpty())) {
      assert.ok(performance.now() < deadline, "the inbox is not folded in time")
      await exporter.flush()
    }
  }
  try {
    await Promise.all([done, ...exporters.map(run)])
  } finally {
    for (const exporter of exporters) await exporter.close()
  }
  interrupted += exporters.reduce((sum, exporter) => sum + exporter.counted.length, 0)
}

async function holds(transitions: readonly Transition[], write: Write): Promise<void> {
  await sql`DELETE FROM metric_inbox`
  await sql`DELETE FROM metric_points`
  const receiver = new Receiver()
  await race([candidate(database.url, { receiver }), candidate(database.url, { receiver })], play(transitions, write))
  const facts = expected(transitions)
  assert.equal(await stored(), facts)
  assert.equal(held(receiver, facts), facts)
  assert.equal(receiver.faults, [])
}

test("whatever commits is counted once, in the database and at the Collector, whoever races, rolls back or is killed", async () => {
  await fc.assert(
    fc.asyncProperty(story, (transitions) => holds(transitions, inTransaction)),
    { numRuns: 25, endOnFailure: true },
  )
  assert.ok(kills > 25 && interrupted > 0, `only ${kills} kills, ${interrupted} of them in the middle`)
})

test("a point that does not ride on its transaction is found out by the same test", async () => {
  const outcome = await fc.check(
    fc.asyncProperty(story, (transitions) => holds(transitions, besideTransaction)),
    { numRuns: 5, endOnFailure: true },
  )
  assert.ok(outcome.failed)
})

test.run()
