/** Many processes at one breaker. The same over many more windows: test/faults/breaker.test.ts. */
import { test } from "uvu"
import * as assert from "uvu/assert"
import { callsPerWindow, openField, virtualWindows } from "./testing/field.ts"

const field = await openField()
const processes = await Promise.all([1, 2, 3, 4].map(() => field.start()))

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

test.after(() => field.close())

test.run()
