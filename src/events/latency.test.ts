import { setTimeout as pause } from "node:timers/promises"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect } from "../db/client.ts"
import { until } from "../testing.ts"
import { startEventKeeper } from "./keeper.ts"
import { listenTo, serving } from "./testing/client.ts"
import { key, subject, testEvents } from "./testing.ts"

const { url, append, close } = await testEvents()
const keeper = startEventKeeper({ url, key })
const pool = connect({ url, applicationName: "api", max: 4 })

test("from commit to client it takes at most 300 ms for 95 of 100 events", async () => {
  const api = await serving(pool)
  const listener = await listenTo(api.base)
  await until("it listens", () => listener.state.retry !== "")
  await append(subject(), "DEPLOYMENT_CREATED")
  await until("it is live", () => listener.events.length === 1)
  const committed = new Map<string, number>()
  for (let n = 0; n < 250; n++) {
    const context = subject()
    await append(context, "DEPLOYMENT_CREATED")
    committed.set(context.subjectId, performance.now())
    await pause(n % 25) // at any moment between two looks of the keeper
  }
  await until("all arrived", () => listener.events.length === 251)
  const times = listener.events.slice(1).map(({ data, atMs }) => atMs - (committed.get(data.subject_id) ?? Number.NaN))
  const sorted = times.sort((a, b) => a - b)
  const [p50 = Number.NaN, p95 = Number.NaN] = [sorted[125], sorted[237]]
  console.log(`commit → client: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, of ${times.length}`)
  listener.hangUp()
  await api.stop()
  assert.ok(p95 <= 300, `${p95} ms`)
})

test.after(async () => {
  await keeper.close()
  await pool.close()
  await close()
})

test.run()
