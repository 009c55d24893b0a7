import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { testDatabase } from "../../db/testing.ts"
import { candidate, outcomes, Receiver } from "./testing.ts"

const database = await testDatabase()
const sql = postgres(database.url, { max: 1, onnotice: () => {} })
let edition = "first"
const receiver = new Receiver()
const demo = candidate(database.url, { instance: "demo", edition: async () => edition, receiver })
const labels = { app_name: "a", ring: "LAB" } as const

async function count(increment: number): Promise<void> {
  const { instrument, attributes, value } = outcomes.add(increment, labels)
  await sql`INSERT INTO metric_inbox (instance, instruments, attributes, vals)
    VALUES ('demo', ${[instrument]}, ${[attributes]}, ${[value]})`
}

/** As clearing does it, in one transaction. */
async function clear(next: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`DELETE FROM metric_inbox WHERE instance = 'demo'`
    await tx`DELETE FROM metric_points WHERE instance = 'demo'`
  })
  edition = next
}

const sentSince = (requests: number) =>
  receiver.requests
    .slice(requests)
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .filter(({ descriptor }) => descriptor.name === outcomes.name)
    .flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value))

test.after(async () => {
  await demo.close()
  await sql.end()
  await database.close()
})

test("what was cleared is sent no more, not even as a repetition", async () => {
  await count(3)
  await demo.flush()
  assert.is(receiver.value(outcomes.name, labels), 3)
  await clear("")
  await demo.flush()
  const requests = receiver.requests.length
  demo.wait(60_000)
  await demo.flush()
  assert.equal(sentSince(requests), [])
})

test("what is counted of another edition begins anew, with a start of its own", async () => {
  await count(5)
  edition = "second"
  await demo.flush()
  const before = receiver.held.get(`${outcomes.name} ${JSON.stringify(labels)}`)?.startMicros ?? 0
  await clear("third")
  await count(2)
  const requests = receiver.requests.length
  await demo.flush()
  assert.equal(sentSince(requests), [2])
  const held = receiver.held.get(`${outcomes.name} ${JSON.stringify(labels)}`)
  assert.ok((held?.startMicros ?? 0) > before)
})

test("while the edition stays, an unchanged series is sent again and nothing is read anew", async () => {
  const before = receiver.faults.length
  demo.wait(60_000)
  const requests = receiver.requests.length
  await demo.flush()
  assert.equal(sentSince(requests), [2])
  assert.is(receiver.faults.length, before)
})

test.run()
