import { test } from "uvu"
import * as assert from "uvu/assert"
import { domainGauges } from "../telemetry/domain-gauges.ts"
import { until } from "../testing.ts"
import { startEventKeeper } from "./keeper.ts"
import { acknowledgeFault } from "./running-check.ts"
import { key, subject, testEvents } from "./testing.ts"
import { type Head, verifyEvents } from "./verify.ts"

const { url, sql, superuser, append, positions, close } = await testEvents()
const quick = { url, key, pollMs: 10, sealMs: 20 }

const valid = async () => {
  const gauge = domainGauges(100, "demo").find(({ name }) => name === "event_chain.valid")
  return (await gauge?.read(sql))?.map(({ value }) => value)
}
const blocks = async () => (await sql`SELECT FROM event_blocks`).length
const sealedTo = async () => (await sql`SELECT max(last_position)::int AS position FROM event_blocks`)[0]?.["position"]

async function allSealed(): Promise<Head> {
  const end = (await sql`SELECT count(*)::int AS events FROM events`)[0]?.["events"]
  await until("all is sealed", async () => (await sealedTo()) === end)
  const { fault, head } = await verifyEvents(sql, key)
  assert.is(fault, undefined)
  if (head === undefined) throw new Error("nothing is sealed")
  return head
}

test("one of several processes gives positions and seals; when it goes another takes over and nothing is lost or doubled", async () => {
  const keepers = [startEventKeeper(quick), startEventKeeper(quick), startEventKeeper(quick)]
  const elected = () => keepers.filter((each) => each.elected())
  await until("one is elected", () => elected().length === 1)
  await append(subject(), "DEPLOYMENT_CREATED", "RISK_ASSESSED")
  await allSealed()
  const [first] = elected()
  await first?.close()
  await append(subject(), "DEPLOYMENT_CREATED")
  await allSealed()
  assert.is(elected().length, 1)
  assert.equal(
    (await positions()).map(({ position }) => position),
    [1, 2, 3],
  )
  for (const keeper of keepers) await keeper.close()
})

test("a process that loses its session goes on in another one", async () => {
  const keeper = startEventKeeper(quick)
  await until("it is elected", keeper.elected)
  await superuser`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'eucora event positions'`
  await append(subject(), "DEPLOYMENT_CREATED")
  await allSealed()
  await keeper.close()
})

test("nothing is sealed where nothing is new, and the check goes on round after round", async () => {
  const keeper = startEventKeeper(quick)
  await allSealed()
  const before = await blocks()
  const rounds = () => sql`SELECT checked_at::text AS at, position::int AS position FROM event_check`
  const seen = new Set<string>()
  await until("it was checked to the end and from the start", async () => {
    const [row] = await rounds()
    seen.add(`${row?.["position"]}`)
    return seen.has("0") && seen.has(`${await sealedTo()}`)
  })
  assert.is(await blocks(), before)
  assert.equal(await valid(), [1])
  await keeper.close()
})

test("the gauge is 0 once the running check has found a fault, until somebody has looked at it", async () => {
  const keeper = startEventKeeper(quick)
  await append(subject(), "DEPLOYMENT_CREATED")
  await allSealed()
  const change = (from: string, to: string) =>
    superuser.begin(async (tx) => {
      await tx`SET LOCAL session_replication_role = replica`
      await tx`UPDATE events SET principal = ${to} WHERE principal = ${from} AND id = (SELECT event_id FROM event_positions WHERE position = 2)`
    })
  await change("someone", "somebody else")
  await until("it is noticed", async () => (await valid())?.[0] === 0)
  const [note] = await sql`SELECT fault FROM event_check`
  assert.match(note?.["fault"], /^position 2: event .* was changed/)
  await change("somebody else", "someone")
  await acknowledgeFault(sql)
  await until("it went round again", async () => (await sql`SELECT FROM event_check WHERE position > 0`).length > 0)
  assert.equal(await valid(), [1])
  await keeper.close()
})

test("the gauge is 0 when nobody has checked for a minute", async () => {
  await sql`UPDATE event_check SET checked_at = now() - interval '61 seconds'`
  assert.equal(await valid(), [0])
  await sql`UPDATE event_check SET checked_at = now()`
  assert.equal(await valid(), [1])
})

test("a tail that is cut while we run is noticed, although what is left holds together", async () => {
  const keeper = startEventKeeper(quick)
  await append(subject(), "DEPLOYMENT_CREATED")
  const head = await allSealed()
  await superuser.begin(async (tx) => {
    await tx`SET LOCAL session_replication_role = replica`
    await tx`DELETE FROM event_blocks WHERE last_position = ${head.position}`
    await tx`DELETE FROM events WHERE id = (SELECT event_id FROM event_positions WHERE position = ${head.position})`
    await tx`DELETE FROM event_positions WHERE position = ${head.position}`
  })
  await until("it is noticed", async () => (await valid())?.[0] === 0)
  const [note] = await sql`SELECT fault FROM event_check`
  assert.match(note?.["fault"], "the tail was cut or rebuilt")
  await keeper.close()
  assert.is((await verifyEvents(sql, key)).fault, undefined)
})

test.after(close)

test.run()
