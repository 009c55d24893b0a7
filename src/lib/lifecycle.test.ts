import { setTimeout as after, setImmediate as turn } from "node:timers/promises"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { Lifecycle, withDeadline } from "./lifecycle.ts"

const never = new Promise<void>(() => {})

/** A lifecycle of steps that note when they are done, in the order in which they were opened. */
function opened(steps: Readonly<Record<string, () => Promise<void> | void>>) {
  const lifecycle = new Lifecycle()
  const closed: string[] = []
  for (const [name, work] of Object.entries(steps))
    lifecycle.add(name, name, async () => {
      await work()
      closed.push(name)
    })
  return { lifecycle, closed }
}

async function timed<T>(work: Promise<T>): Promise<[T, number]> {
  const started = performance.now()
  return [await work, performance.now() - started]
}

test("add answers the thing itself and close hands it to its closer", async () => {
  const lifecycle = new Lifecycle()
  const seen: unknown[] = []
  const thing = { name: "pool" }
  assert.is(
    lifecycle.add("pool", thing, (open) => void seen.push(open)),
    thing,
  )
  await lifecycle.close(100)
  assert.equal(seen, [thing])
})

test("what was opened last is closed first, each step after the one before has ended", async () => {
  const { lifecycle, closed } = opened({ database: () => {}, queue: () => after(20), server: () => after(40) })
  assert.equal(await lifecycle.close(1_000), [])
  assert.equal(closed, ["server", "queue", "database"])
})

test("a step that throws, at once or later, is reported and keeps nobody from closing", async () => {
  const broken = new Error("broken")
  const lifecycle = new Lifecycle()
  let last = false
  lifecycle.add("last", 0, () => {
    last = true
  })
  lifecycle.add("at once", 0, () => {
    throw broken
  })
  lifecycle.add("later", 0, () => Promise.reject(broken))
  assert.equal(await lifecycle.close(1_000), [
    { name: "later", error: broken },
    { name: "at once", error: broken },
  ])
  assert.ok(last)
})

test("a step that hangs leaves the others the time they need, within the one deadline", async () => {
  const { lifecycle, closed } = opened({ telemetry: () => after(60), database: () => after(60), server: () => never })
  const [failures, ms] = await timed(lifecycle.close(600))
  assert.equal(
    failures.map(({ name }) => name),
    ["server"],
  )
  assert.equal(closed, ["database", "telemetry"])
  assert.ok(ms < 600, `${ms} ms`)
})

test("a step may use the time that nobody before it needed", async () => {
  const { lifecycle, closed } = opened({ telemetry: () => after(200), database: () => {}, server: () => {} })
  assert.equal(await lifecycle.close(400), [])
  assert.equal(closed, ["server", "database", "telemetry"])
})

test("when every step hangs, all are reported and the deadline holds", async () => {
  const hanging = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`step ${i}`, () => never]))
  const [failures, ms] = await timed(opened(hanging).lifecycle.close(120))
  assert.is(failures.length, 6)
  assert.ok(ms < 240, `${ms} ms`)
})

test("what is closed once is not closed again", async () => {
  const { lifecycle, closed } = opened({ database: () => {} })
  await lifecycle.close(100)
  await lifecycle.close(100)
  assert.equal(closed, ["database"])
})

test("withDeadline passes on what the work answers or throws", async () => {
  assert.is(await withDeadline("work", 1_000, Promise.resolve(7)), 7)
  const broken = new Error("broken")
  assert.is(await withDeadline("work", 1_000, Promise.reject(broken)).catch((error) => error), broken)
})

test("withDeadline names what was late, and a failure that comes after that disturbs nobody", async () => {
  let fail = (_error: Error) => {}
  const work = new Promise<void>((_resolve, reject) => {
    fail = reject
  })
  const late = await withDeadline("the flush", 10, work).catch((error) => error)
  assert.match(late.message, "the flush did not finish within 10 ms")
  fail(new Error("an unhandled rejection would end this process"))
  await turn()
})

test.run()
