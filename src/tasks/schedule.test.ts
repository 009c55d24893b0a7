import { suite } from "uvu"
import * as assert from "uvu/assert"
import { probeConnectors } from "../probes/probe.ts"
import { simulatedDomain } from "../probes/testing.ts"
import { until } from "../testing.ts"
import { type TaskHandlers, taskHandlers } from "./handlers.ts"
import { startBoss } from "./queue.ts"
import { startSchedule } from "./schedule.ts"
import { startWorker } from "./worker.ts"

const run = await simulatedDomain()
const { domain, sql, urls } = run
const often = {
  "probe-connectors": 1,
  "start-waiting": 3_600,
  "expire-approvals": 3_600,
  "forget-keys": 3_600,
  reconcile: 86_400,
}

const test = suite("schedule")
test.before.each(async () => {
  await sql`DELETE FROM tasks.job`
})
test.after(() => run.close())

/** A worker of its own, that works and schedules. */
async function worker(handlers: Partial<TaskHandlers>) {
  const boss = await startBoss({ url: urls.url, applicationName: "test", supervise: true, onError: () => {} })
  const working = await startWorker(boss, { ...taskHandlers(domain), ...handlers })
  const schedule = startSchedule(boss, often)
  return {
    stop: async () => {
      await schedule.stop()
      await working.stop()
      await boss.stop({ graceful: false })
    },
  }
}

const jobs = () =>
  sql<{ slot: Date; state: string }[]>`
    SELECT singleton_on AS slot, state::text FROM tasks.job WHERE name = 'probe-connectors' ORDER BY singleton_on`

test("of two workers one probes in each interval; when one of them stops it goes on", async () => {
  let probes = 0
  const counting = {
    "probe-connectors": async () => {
      await probeConnectors(domain)
      probes += 1
    },
  }
  const workers = [await worker(counting), await worker(counting)]
  try {
    await until("a first probe soon after the start", () => probes > 0, 2_000)
    await until("three probes", () => probes >= 3)
    await workers.pop()?.stop()
    await until("two more probes by one worker", () => probes >= 5)
  } finally {
    await Promise.all(workers.map((each) => each.stop()))
  }
  const slots = (await jobs()).map(({ slot }) => slot.getTime())
  assert.is(new Set(slots).size, slots.length, "one task in an interval")
  assert.is(probes, (await jobs()).filter(({ state }) => state === "completed").length)
  const [{ sequences } = { sequences: [] }] = await sql<{ sequences: number[] }[]>`
    SELECT array_agg(DISTINCT sequence) AS sequences FROM connector_health`
  assert.equal(sequences, [probes - 1], "each back end as often as there were tasks")
})

test("a task that takes longer than its interval has no second one beside it", async () => {
  const state = { running: 0, most: 0, begun: 0 }
  let release = () => {}
  const held = new Promise<void>((done) => {
    release = done
  })
  const slow = {
    "probe-connectors": async () => {
      state.begun += 1
      state.running += 1
      state.most = Math.max(state.most, state.running)
      if (state.begun === 1) await held
      state.running -= 1
    },
  }
  const workers = await Promise.all([worker(slow), worker(slow)])
  try {
    await until("a first run", () => state.begun === 1)
    const [{ from } = { from: 0 }] = await sql<{ from: number }[]>`SELECT extract(epoch FROM now())::float8 AS from`
    await until("two intervals later", async () => {
      const [{ now } = { now: 0 }] = await sql<{ now: number }[]>`SELECT extract(epoch FROM now())::float8 AS now`
      return now > from + 2.2
    })
    assert.equal([state.begun, (await jobs()).length], [1, 1])
    release()
    await until("the next run", () => state.begun >= 2)
  } finally {
    release()
    await Promise.all(workers.map((each) => each.stop()))
  }
  assert.is(state.most, 1)
})

test("a long task is told to come to an end when its worker stops", async () => {
  let begun = false
  const endless = {
    "probe-connectors": (_task: object, signal: AbortSignal) => {
      begun = true
      return new Promise<void>((done) => signal.addEventListener("abort", () => done()))
    },
  }
  const only = await worker(endless)
  await until("the task at work", () => begun)
  const started = performance.now()
  await only.stop()
  assert.ok(performance.now() - started < 3_000)
  await until("the task completed", async () => (await jobs()).some(({ state }) => state === "completed"))
})

test.run()
