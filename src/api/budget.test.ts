import { test } from "uvu"
import * as assert from "uvu/assert"
import { until } from "../testing.ts"
import { Budget } from "./budget.ts"

test("a quota can be taken, and nothing beyond it; others have their own", async () => {
  const budget = new Budget({ name: "a", quota: 3 })
  const left = [await budget.take("x"), await budget.take("x", 2), await budget.take("x"), await budget.take("y")]
  assert.equal(
    left.map(({ exhausted, remaining }) => [exhausted, remaining]),
    [
      [false, 2],
      [false, 0],
      [true, 0],
      [false, 2],
    ],
  )
  for (const { resetSeconds } of left) assert.is(resetSeconds, 10)
})

test("an exhausted budget is whole again when its window has ended, and not before, however much is asked meanwhile", async () => {
  const budget = new Budget({ name: "a", quota: 1, windowSeconds: 0.3 })
  const start = performance.now()
  await budget.take("x")
  await until("it is whole again", async () => !(await budget.take("x")).exhausted)
  const ms = performance.now() - start
  assert.ok(ms > 280 && ms < 2_000, `${ms} ms`)
})

const jumps = { "an hour back": -3_600_000, "an hour forward": 3_600_000 }
for (const [what, jump] of Object.entries(jumps))
  test(`a wall clock that is set ${what} neither locks anybody out nor tells them to wait for long`, async () => {
    const budget = new Budget({ name: "a", quota: 1, windowSeconds: 0.3 })
    const wall = Date.now
    try {
      await budget.take("x")
      Date.now = () => wall() + jump
      assert.ok((await budget.take("x")).resetSeconds <= 1)
      await until("it is whole again", async () => !(await budget.take("x")).exhausted, 2_000)
    } finally {
      Date.now = wall
    }
  })

test("so many keys have a budget of their own, and all others share one: what a flood of addresses takes is bounded", async () => {
  const budget = new Budget({ name: "a", quota: 2, mostKeys: 10 })
  for (let n = 0; n < 10; n++) assert.is((await budget.take(`known ${n}`)).remaining, 1)
  const others = await Promise.all([1, 2, 3].map((n) => budget.take(`other ${n}`)))
  assert.equal(
    others.map(({ exhausted }) => exhausted),
    [false, false, true],
  )
  assert.not((await budget.take("known 3")).exhausted, "who came before them keeps what they have")
})

test("a hundred thousand addresses are held as ten thousand", async () => {
  const budget = new Budget({ name: "a", quota: 1_000_000 })
  let last = 0
  for (let n = 0; n < 100_000; n++) last = (await budget.take(`2001:db8::${n}`)).remaining
  assert.is(1_000_000 - last, 90_000)
})

test.run()
