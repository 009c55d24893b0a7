/** Many processes at one breaker, on the database's time. The same over many more windows: test/faults/breaker.test.ts. */
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect } from "../db/client.ts"
import { until } from "../testing.ts"
import { readBreaker } from "./row.ts"
import type { Report } from "./testing/caller.ts"
import type { Callers } from "./testing/callers.ts"
import { callsPerWindow, openField, realWindows, virtualWindows } from "./testing/field.ts"

const hour = 3_600
const field = await openField()
const { backEnd, time, settings } = field
/** Two of them are an hour wrong about the time of day. */
const fast = await field.start({ wallClockMs: hour * 1_000 })
const slow = await field.start({ wallClockMs: -hour * 1_000 })
const [third, fourth] = [await field.start(), await field.start()]
const processes = [fast, slow, third, fourth]
const client = connect({ url: field.database.url, applicationName: "test", max: 1 })
const stateNow = async () => (await readBreaker(client.db, { service: "intune", connectorType: "intune" })).state
const openPeriodEnds = () => time.shift(settings.openSeconds + 0.001)

/** Opens it, to where the next call may try. */
async function broken(process: Callers): Promise<void> {
  await time.shift(settings.recoverySeconds + 0.001)
  backEnd.behaviour = "fails"
  await process.storm({ callers: settings.failureThreshold })
  assert.is((await stateNow()).kind, "OPEN")
  await openPeriodEnds()
}

test("of 4 processes with 100 callers each one call tries the back end in each window", async () => {
  const windows = await virtualWindows(field, processes, { callers: 100, windows: 20 })
  assert.equal(callsPerWindow(windows), { 1: 20 })
  for (const { reports } of windows)
    assert.is(
      reports.reduce((sum, { refused }) => sum + refused, 0),
      399,
    )
})

test("also when no caller goes by what another one was told", async () => {
  const windows = await virtualWindows(field, processes, { callers: 50, windows: 2, apart: true })
  assert.equal(callsPerWindow(windows), { 1: 2 })
})

test("the count can fail: breakers that are not shared let one call of each process through", async () => {
  const windows = await virtualWindows(field, processes, { callers: 10, windows: 2, unshared: true })
  assert.equal(callsPerWindow(windows), { 4: 2 })
})

test("wall clocks that are an hour wrong let nobody try early and keep nobody from trying", async () => {
  const reports = await Promise.all(processes.map((each) => each.storm({ callers: 1 })))
  assert.equal(
    reports.map(({ wallClock }) => Math.round((wallClock - Date.now()) / 60_000)),
    [60, -60, 0, 0],
  )
  for (const each of [fast, slow]) {
    await time.shift(settings.openSeconds / 2)
    assert.is((await each.storm({ callers: 10 })).refused, 10)
    await time.shift(settings.openSeconds / 2 + 0.001)
    const { failed, refused } = await each.storm({ callers: 10 })
    assert.equal([failed, refused], [1, 9])
  }
})

test("the database's clock set back by an hour ends the period: it does not stick", async () => {
  await time.shift(-hour)
  assert.is((await third.storm({ callers: 10 })).failed, 1)
})

test("in the first second of recovery no more than five calls of all processes get through, and then all do", async () => {
  await openPeriodEnds()
  backEnd.behaviour = "answers"
  const before = backEnd.calls.length
  assert.is((await third.storm({ callers: 1 })).answered, 1)
  const stops = processes.map((each) => each.run({ callers: 25 }))
  await until("all get through", () => backEnd.calls.length > before + 100)
  await Promise.all(stops.map((stop) => stop()))
  const [probe, ...others] = backEnd.calls.slice(before)
  assert.is(others.filter(({ at }) => at < (probe?.at ?? 0) + 1_000).length, 5)
})

/** Lets a process make the one call that tries, and leaves it waiting for the answer. */
async function tryInVain(owner: Callers): Promise<{ readonly report: Promise<Report> }> {
  await broken(owner)
  backEnd.behaviour = "hangs"
  const before = backEnd.calls.length
  const report = owner.storm({ callers: 1 })
  report.catch(() => {}) // who is killed does not report
  await until("the call is on its way", () => backEnd.calls.length === before + 1)
  return { report }
}

test("an owner that stood still over its lease changes nothing when it goes on", async () => {
  const { report } = await tryInVain(third)
  third.signal("SIGSTOP")
  await time.shift(settings.leaseSeconds + 0.001)
  backEnd.behaviour = "answers"
  assert.is((await fast.storm({ callers: 1 })).answered, 1)
  backEnd.behaviour = "fails"
  backEnd.release()
  third.signal("SIGCONT")
  assert.is((await report).failed, 1)
  assert.equal([(await stateNow()).kind, (await stateNow()).failures], ["CLOSED", 0])
})

test("a killed owner of the lease is replaced when it is over, and not before", async () => {
  await tryInVain(fourth)
  fourth.signal("SIGKILL")
  backEnd.behaviour = "answers"
  await time.shift(settings.leaseSeconds - 5)
  assert.is((await fast.storm({ callers: 100 })).refused, 100)
  await time.shift(5)
  const before = backEnd.calls.length
  assert.ok((await fast.storm({ callers: 100 })).answered > 0)
  assert.is(backEnd.calls[before]?.from, "callers-1")
})

test("in real time too each open period ends with one try, however many call all the time", async () => {
  for (const each of processes) each.signal("SIGKILL")
  const brisk = { ...settings, openSeconds: 1 }
  const wrong = [hour, -hour].map((seconds) => field.start({ settings: brisk, wallClockMs: seconds * 1_000 }))
  const windows = { callers: 50, windows: 3, type: "ansible" } as const
  const seconds = await realWindows({ ...field, settings: brisk }, await Promise.all(wrong), windows)
  assert.is(seconds.length, 3)
  for (const each of seconds) assert.ok(each > 0.99 && each < 5, `${each} s`)
})

test.after(async () => {
  await client.close()
  await field.close()
})

test.run()
