/** The shared circuit breaker over many windows; src/breaker/windows.test.ts has the same over few. */
import { test } from "uvu"
import * as assert from "uvu/assert"
import type { Callers } from "../../src/breaker/testing/callers.ts"
import { callsPerWindow, type Field, openField, realWindows, virtualWindows } from "../../src/breaker/testing/field.ts"
import { until } from "../../src/testing.ts"

const hour = 3_600_000
/** Wall clocks of four processes: two are an hour wrong. */
const clocks = [0, hour, -hour, 0]
const fields: Field[] = []

/** Closed after its test, whatever comes of that: its processes would go on for ever. */
async function opened(settings: Parameters<typeof openField>[0] = {}): Promise<Field> {
  const field = await openField(settings)
  fields.push(field)
  return field
}

test.after.each(async () => {
  await Promise.all(fields.splice(0).map((field) => field.close()))
})

const start = (field: Field) => Promise.all(clocks.map((wallClockMs) => field.start({ wallClockMs })))

test("1,000 windows in virtual time: of 4 processes with 100 callers each, one call tries in each window", async () => {
  const field = await opened()
  const windows = await virtualWindows(field, await start(field), { callers: 100, windows: 1_000 })
  assert.equal(callsPerWindow(windows), { 1: 1_000 })
  const reports = windows.flatMap((each) => each.reports)
  assert.is(
    reports.reduce((sum, { refused }) => sum + refused, 0),
    399_000,
  )
})

test("100 windows in which no caller goes by what another one was told", async () => {
  const field = await opened()
  const windows = await virtualWindows(field, await start(field), { callers: 100, windows: 100, apart: true })
  assert.equal(callsPerWindow(windows), { 1: 100 })
})

test("20 windows in real time: each open period of 2 s ends with one try, however many call all the time", async () => {
  const field = await opened({ openSeconds: 2 })
  const seconds = await realWindows(field, await start(field), { callers: 100, windows: 20 })
  assert.is(seconds.length, 20)
  for (const each of seconds) assert.ok(each > 1.98 && each < 4, `${each} s`)
})

/** Sets the clocks of all an hour back and forth until it is told to stop; half of them begin with back, half with forth. */
function stepClocks(processes: readonly Callers[]): { stop(): void; steps(): number } {
  let steps = 0
  const timer = setInterval(() => {
    for (const [index, each] of processes.entries()) each.stepWallClock((steps + index) % 2 === 0 ? -hour : hour)
    steps += 1
  }, 300)
  return { stop: () => clearInterval(timer), steps: () => steps }
}

test("10 windows while wall clocks jump by an hour all the time: none ends early, none sticks", async () => {
  const field = await opened({ openSeconds: 1 })
  const processes = await start(field)
  const clock = stepClocks(processes)
  const seconds = await realWindows(field, processes, { callers: 100, windows: 10 })
  clock.stop()
  assert.ok(clock.steps() > 20)
  for (const each of seconds) assert.ok(each > 0.98 && each < 3, `${each} s`)
})

test("wall clocks that jump do not open a closed breaker either, and nobody is refused", async () => {
  const field = await opened()
  const processes = await start(field)
  const clock = stepClocks(processes)
  const stops = processes.map((each) => each.run({ callers: 25 }))
  await until("the clocks have jumped", () => clock.steps() > 3 && field.backEnd.calls.length > 3_000, 20_000)
  const reports = await Promise.all(stops.map((each) => each()))
  clock.stop()
  const skews = reports.map(({ wallClock }) => Math.abs(Math.round((wallClock - Date.now()) / hour)))
  assert.ok(Math.max(...skews) >= 1, `${skews} hours`)
  assert.equal(
    reports.map(({ failed, refused }) => [failed, refused]),
    processes.map(() => [0, 0]),
  )
})

test("sabotage: breakers that are not shared are found out by both counts", async () => {
  const field = await opened({ openSeconds: 1 })
  const processes = await start(field)
  const windows = await virtualWindows(field, processes, { callers: 100, windows: 10, unshared: true })
  assert.equal(callsPerWindow(windows), { 4: 10 })
  const seconds = await realWindows(field, processes, { callers: 100, windows: 5, unshared: true })
  assert.ok(Math.min(...seconds) < 0.5)
})

/** Calls that reach a back end in its first second of recovery, beside the one that found out, with 400 callers. */
async function callsInRecovery(field: Field): Promise<number> {
  const { backEnd, time, settings } = field
  const processes = await start(field)
  backEnd.behaviour = "fails"
  await Promise.all(processes.map((each) => each.storm({ callers: settings.failureThreshold })))
  await time.shift(settings.openSeconds + 0.001)
  backEnd.behaviour = "answers"
  const before = backEnd.calls.length
  const stops = processes.map((each) => each.run({ callers: 100 }))
  await until("all get through", () => backEnd.calls.length > before + 500, 20_000)
  await Promise.all(stops.map((stop) => stop()))
  const [probe, ...others] = backEnd.calls.slice(before)
  return others.filter(({ at }) => at < (probe?.at ?? 0) + 1_000).length
}

test("400 callers at once: five of them get through in the first second of recovery", async () => {
  const field = await opened()
  assert.is(await callsInRecovery(field), 5)
})

test("sabotage: without the limit they come down on it at once", async () => {
  const field = await opened({ recoveryCalls: 1_000_000 })
  assert.ok((await callsInRecovery(field)) > 100)
})

/** Whether somebody else tries within some seconds after the owner of the lease was killed. */
async function replacedWithin(field: Field, seconds: number): Promise<boolean> {
  const { backEnd, time, settings } = field
  const [owner, heir] = [await field.start(), await field.start()]
  backEnd.behaviour = "fails"
  await owner.storm({ callers: settings.failureThreshold })
  await time.shift(settings.openSeconds + 0.001)
  backEnd.behaviour = "hangs"
  const before = backEnd.calls.length
  owner.storm({ callers: 1 }).catch(() => {}) // nobody is left to answer
  await until("the call is on its way", () => backEnd.calls.length === before + 1)
  owner.signal("SIGKILL")
  const stop = heir.run({ callers: 100 })
  const tried = await until("somebody tries", () => backEnd.calls.length > before + 1, seconds * 1_000).then(
    () => true,
    () => false,
  )
  backEnd.behaviour = "answers"
  void stop().catch(() => {})
  return tried
}

test("a killed owner of the lease is replaced within it", async () => {
  const field = await opened({ leaseSeconds: 3 })
  assert.ok(await replacedWithin(field, 3 + 0.5))
})

test("sabotage: with a lease that does not end nobody takes over", async () => {
  const field = await opened({ leaseSeconds: 3_600 })
  assert.not.ok(await replacedWithin(field, 3 + 0.5))
})

test.run()
