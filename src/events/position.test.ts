import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { databaseCode } from "../db/errors.ts"
import { until } from "../testing.ts"
import { appendEvents } from "./append.ts"
import { giveAllPositions, givePositions, listenForPositions } from "./position.ts"
import { readEarlierEvents, readEvents } from "./read.ts"
import { subject, testEvents } from "./testing.ts"

const { url, db, sql, superuser, append, positions, close } = await testEvents()
const waiting = () => sql`SELECT FROM event_inbox`

test("events get positions from 1 without gaps, those of a subject in the order of its chain", async () => {
  const [one, other] = [subject(), subject()]
  await append(one, "DEPLOYMENT_CREATED", "RISK_ASSESSED")
  await append(other, "DEPLOYMENT_CREATED")
  await append(one, "DEPLOYMENT_STARTED")
  assert.is(await givePositions(sql), 4)
  const given = await positions()
  assert.equal(
    given.map(({ position }) => position),
    [1, 2, 3, 4],
  )
  const ofOne = given.filter(({ subjectId }) => subjectId === one.subjectId)
  assert.equal(
    ofOne.map(({ sequence }) => sequence),
    [1, 2, 3],
  )
  assert.equal([await givePositions(sql), (await waiting()).length], [0, 0])
})

test("a transaction that commits late gets a later position: a cursor misses nothing", async () => {
  const [late, early] = [subject(), subject()]
  const before = (await positions()).length
  const open = Promise.withResolvers<void>()
  const appended = Promise.withResolvers<void>()
  const slow = db.transaction(async (tx) => {
    await appendEvents(tx, late, [{ type: "DEPLOYMENT_CREATED" }])
    appended.resolve()
    await open.promise
  })
  await appended.promise
  await append(early, "DEPLOYMENT_CREATED")
  await giveAllPositions(sql)
  const first = await readEvents(db, { filter: {}, after: before, limit: 10 })
  assert.equal([first.items.map(({ subjectId }) => subjectId), first.next], [[early.subjectId], before + 1])
  open.resolve()
  await slow
  await giveAllPositions(sql)
  const second = await readEvents(db, { filter: {}, after: first.next, limit: 10 })
  assert.equal([second.items.map(({ subjectId }) => subjectId), second.next], [[late.subjectId], before + 2])
  const [row] = await sql`SELECT (SELECT id FROM events WHERE subject_id = ${late.subjectId})
    < (SELECT id FROM events WHERE subject_id = ${early.subjectId}) AS "earlierId"`
  assert.ok(row?.["earlierId"], "by its id it would have been behind the cursor")
})

test("with many writers and many readers at work every event is read once, in its chain's order", async () => {
  const writers = Array.from({ length: 8 }, () => subject())
  const begin = (await positions()).length
  let writing = true
  const positioning = (async () => {
    while (writing) await giveAllPositions(sql)
    await giveAllPositions(sql)
  })()
  await Promise.all(
    writers.map(async (writer) => {
      for (let n = 0; n < 20; n++) await append(writer, "RING_STARTED", "GATE_EVALUATED")
    }),
  )
  writing = false
  await positioning
  const read = await readEvents(db, { filter: {}, after: begin, limit: 1_000 })
  assert.is(read.items.length, 8 * 20 * 2)
  assert.equal(
    read.items.map(({ position }) => position),
    read.items.map((_each, index) => begin + 1 + index),
  )
  for (const { subjectId } of writers) {
    const own = read.items.filter((event) => event.subjectId === subjectId).map(({ sequence }) => sequence)
    assert.equal(
      own,
      own.map((_each, index) => index + 1),
    )
  }
})

test("two that give positions at once leave neither gap nor double: the second is refused, or finds nothing", async () => {
  const rival = postgres(url, { max: 1, onnotice: () => {} })
  const before = (await positions()).length
  const context = subject()
  await append(context, "DEPLOYMENT_CREATED")
  const held = Promise.withResolvers<void>()
  const done = Promise.withResolvers<void>()
  const first = rival.begin(async (tx) => {
    await givePositions(tx as unknown as postgres.Sql) // as much of a client as it needs
    held.resolve()
    await done.promise
  })
  await held.promise
  await append(subject(), "DEPLOYMENT_CREATED")
  const second = givePositions(sql).catch((error: unknown) => databaseCode(error))
  await until("the second waits", async () => {
    const rows = await superuser`SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`
    return rows.length > 0
  })
  done.resolve()
  await first
  assert.is(await second, "23505")
  await giveAllPositions(sql)
  const given = (await positions()).slice(before).map(({ position }) => position)
  assert.equal(given, [before + 1, before + 2])
  await rival.end()
})

test("who listens is told of new positions, and of nothing else", async () => {
  const listener = postgres(url, { max: 1, onnotice: () => {} })
  let woken = 0
  await listenForPositions(listener, () => woken++)
  assert.is(woken, 1, "for what was before")
  await givePositions(sql)
  await append(subject(), "DEPLOYMENT_CREATED")
  await givePositions(sql)
  await until("it is told", () => woken > 1)
  assert.is(woken, 2)
  await listener.end()
})

test("a page that is not full ends at the newest position, whatever the filter leaves", async () => {
  const context = subject()
  await append(context, "DEPLOYMENT_CREATED", "RISK_ASSESSED", "DEPLOYMENT_STARTED")
  await append(subject(), "DEPLOYMENT_CREATED")
  await giveAllPositions(sql)
  const head = (await positions()).length
  const filter = { subjectType: context.subjectType, subjectId: context.subjectId }
  const first = await readEvents(db, { filter, after: 0, limit: 2 })
  assert.equal([first.items.length, first.next], [2, first.items.at(-1)?.position])
  const second = await readEvents(db, { filter, after: first.next, limit: 2 })
  assert.equal([second.items.map(({ type }) => type), second.next], [["DEPLOYMENT_STARTED"], head])
  assert.equal(await readEvents(db, { filter, after: head, limit: 2 }), { items: [], next: head })
  const typed = await readEvents(db, { filter: { ...filter, type: "RISK_ASSESSED" }, after: 0, limit: 2 })
  assert.equal([typed.items.length, typed.next], [1, head])
})

test("the way back begins with the newest, goes on before the last, and ends at 1", async () => {
  const context = subject()
  await append(context, "DEPLOYMENT_CREATED", "RISK_ASSESSED", "DEPLOYMENT_STARTED")
  await giveAllPositions(sql)
  const head = (await positions()).length
  const filter = { subjectType: context.subjectType, subjectId: context.subjectId }
  const first = await readEarlierEvents(db, { filter, before: head + 1_000, limit: 2 })
  assert.equal([first.items.map(({ position }) => position), first.next], [[head, head - 1], head - 1])
  const second = await readEarlierEvents(db, { filter, before: first.next, limit: 2 })
  assert.equal([second.items.map(({ type }) => type), second.next], [["DEPLOYMENT_CREATED"], 1])
  assert.equal(await readEarlierEvents(db, { filter, before: 1, limit: 2 }), { items: [], next: 1 })
})

test.after(close)

test.run()
