import { randomUUID } from "node:crypto"
import { sql } from "drizzle-orm"
import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect, type Database, type Transaction } from "../db/client.ts"
import { databaseCode, violatedConstraint } from "../db/errors.ts"
import { testDatabase } from "../db/testing.ts"
import { deploymentSubmitted, riskScoreDistribution } from "../telemetry/domain-counts.ts"
import { until } from "../testing.ts"
import { appendEvents, type EventContext, type NewEvent } from "./append.ts"
import { listEvents } from "./list.ts"

const database = await testDatabase()
const client = connect({ url: database.url, applicationName: "test", max: 8 })
const { db } = client
const owner = postgres(database.ownerUrl, { max: 1, onnotice: () => {} })
const superuser = postgres(database.superUrl, { max: 1, onnotice: () => {} })

const subject = (subjectId: string = randomUUID()): EventContext => ({
  subjectType: "deployment",
  subjectId,
  principal: "someone",
  correlationId: "order-1",
})
const created: NewEvent = { type: "DEPLOYMENT_CREATED", data: { appName: "Tool", nested: { b: 1, a: ["ü", null] } } }
const started: NewEvent = { type: "DEPLOYMENT_STARTED" }
const points = [
  deploymentSubmitted.add(1, { ring: "LAB", requires_cab: "false" }),
  riskScoreDistribution.record(25, { requires_cab: "false" }),
]

const append = (context: EventContext, events: readonly NewEvent[], on: Database | Transaction = db) =>
  on.transaction((tx) => appendEvents(tx, context, events, points))

/** Rows whose hash is not that of their content, or that do not follow the row before them: none in a sound table. */
const faults = () => owner`
  SELECT id FROM (
    SELECT *, lag(hash) OVER chain AS hash_before, row_number() OVER chain AS position,
      event_hash(ROW(id, type, subject_type, subject_id, sequence, at, principal, correlation_id, trace_id, data,
        previous_hash, hash)::events) AS recomputed
    FROM events WINDOW chain AS (PARTITION BY subject_type, subject_id ORDER BY sequence)) AS event
  WHERE hash <> recomputed OR sequence <> position OR previous_hash IS DISTINCT FROM hash_before`

const waiting = () =>
  superuser`SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'test'`
const inbox = () => owner`SELECT instruments, attributes, vals FROM metric_inbox`

test("events of a subject follow one another without a gap, each with the hash of the one before", async () => {
  const context = subject()
  await append(context, [created, started])
  await append(context, [{ type: "DEPLOYMENT_COMPLETED" }])
  const [first, second, third, ...others] = await listEvents(db, "deployment", context.subjectId)
  assert.equal(others, [])
  assert.equal([first?.sequence, second?.sequence, third?.sequence], [1, 2, 3])
  assert.equal(
    [first?.type, second?.type, third?.type],
    ["DEPLOYMENT_CREATED", "DEPLOYMENT_STARTED", "DEPLOYMENT_COMPLETED"],
  )
  assert.equal([first?.previousHash, second?.previousHash, third?.previousHash], [null, first?.hash, second?.hash])
  assert.equal(first?.data, created.data)
  assert.equal(second?.data, {})
  assert.equal([first?.principal, first?.correlationId, first?.traceId], ["someone", "order-1", null])
  assert.equal([...(await faults())], [])
})

test("what is appended together has one time, that of its transaction", async () => {
  const context = subject()
  await append(context, [created, started, started])
  const times = (await listEvents(db, "deployment", context.subjectId)).map((event) => event.at.getTime())
  assert.is(new Set(times).size, 1)
})

test("subjects have chains of their own, also with the same id under another type", async () => {
  const id = randomUUID()
  await append(subject(id), [created])
  await append({ ...subject(id), subjectType: "principal" }, [{ type: "TOKEN_CREATED" }])
  const [own] = await listEvents(db, "principal", id)
  assert.equal([own?.sequence, own?.previousHash], [1, null])
  assert.equal([...(await faults())], [])
})

const columns: Readonly<Record<string, string>> = {
  type: "'DEPLOYMENT_FAILED'",
  subject_type: "'principal'",
  subject_id: "uuidv7()",
  sequence: "99",
  at: "at + interval '1 microsecond'",
  principal: "'somebody else'",
  correlation_id: "'order-2'",
  trace_id: "'4bf92f3577b34da6a3ce929d0e0e4736'",
  data: `'{"appName":"Other"}'`,
  previous_hash: "repeat('0', 64)",
  hash: "repeat('0', 64)",
  id: "uuidv7()",
}

test("whatever column of an event is changed behind our back, its hash no longer fits", async () => {
  const context = subject()
  await append(context, [created, started])
  for (const [column, value] of Object.entries(columns))
    await owner
      .begin(async (tx) => {
        await tx`ALTER TABLE events DISABLE TRIGGER USER`
        await tx.unsafe(`UPDATE events SET ${column} = ${value} WHERE subject_id = $1 AND sequence = 1`, [
          context.subjectId,
        ])
        const [row] = await tx`
          SELECT count(*)::int AS wrong FROM events e WHERE hash <> event_hash(e)`
        assert.is(row?.["wrong"], 1, column)
        throw new Error("put back")
      })
      .catch((error) => assert.is(error.message, "put back"))
  assert.equal([...(await faults())], [])
})

test("appenders to one subject at once never fork its chain: the unique index refuses whoever comes second", async () => {
  const context = subject()
  await append(context, [created])
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => append(context, [started, started])))
  const refused = outcomes.filter((outcome) => outcome.status === "rejected")
  for (const { reason } of refused) {
    assert.is(databaseCode(reason), "23505")
    assert.is(violatedConstraint(reason), "events_of_subject")
  }
  const written = await listEvents(db, "deployment", context.subjectId)
  assert.is(written.length, 1 + 2 * (outcomes.length - refused.length))
  assert.equal([...(await faults())], [])
})

test("appenders that see the same end of the chain cannot both commit", async () => {
  const context = subject()
  await append(context, [created])
  const first = Promise.withResolvers<void>()
  const appended = Promise.withResolvers<void>()
  const holder = db.transaction(async (tx) => {
    await appendEvents(tx, context, [started])
    appended.resolve()
    await first.promise
  })
  await appended.promise
  const second = append(context, [started])
  second.catch(() => {}) // looked at below
  await until("the second one waits", async () => (await waiting()).length > 0)
  first.resolve()
  await holder
  assert.is(databaseCode(await second.catch((error) => error)), "23505")
  assert.is((await listEvents(db, "deployment", context.subjectId)).length, 2)
})

test("points are in the inbox, in one row, when the transaction commits", async () => {
  const before = (await inbox()).length
  await append(subject(), [created, started])
  const rows = (await inbox()).slice(before)
  assert.equal(
    rows.map((row) => ({ ...row })),
    [
      {
        instruments: ["deployment.submitted", "risk_score.distribution"],
        attributes: ['{"requires_cab":"false","ring":"LAB"}', '{"requires_cab":"false"}'],
        vals: [1, 25],
      },
    ],
  )
})

test("neither points nor events are there when the transaction rolls back, wherever it fails", async () => {
  const before = (await inbox()).length
  const context = subject()
  const failing = [
    db.transaction(async (tx) => {
      await appendEvents(tx, context, [created], points)
      throw new Error("later")
    }),
    db.transaction(async (tx) => {
      await appendEvents(tx, context, [created], points)
      await tx.execute(sql`SELECT 1 / 0`)
    }),
    append(context, [created], client.db).then(() => append({ ...context, subjectId: "no uuid" }, [started])),
  ]
  const outcomes = await Promise.allSettled(failing)
  assert.ok(outcomes.every((outcome) => outcome.status === "rejected"))
  assert.is((await inbox()).length, before + 1, "of the one append that committed")
  assert.is((await listEvents(db, "deployment", context.subjectId)).length, 1)
})

test("without points there is no row in the inbox, and without events no event", async () => {
  const before = (await inbox()).length
  const context = subject()
  await db.transaction((tx) => appendEvents(tx, context, [started]))
  await db.transaction((tx) => appendEvents(tx, context, []))
  assert.is((await inbox()).length, before)
  assert.is((await listEvents(db, "deployment", context.subjectId)).length, 1)
})

test.after(async () => {
  await Promise.all([client.close(), owner.end(), superuser.end()])
  await database.close()
})

test.run()
