import fc from "fast-check"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { backoffSeconds } from "./backoff.ts"

const base = fc.double({ min: 0.01, max: 10, noNaN: true })
const backoffs = fc
  .tuple(base, fc.double({ min: 1, max: 1_000, noNaN: true }))
  .map(([baseSeconds, times]) => ({ baseSeconds, capSeconds: baseSeconds * times }))
const attempts = fc.nat(10_000)
const share = fc.double({ min: 0, max: 1, noNaN: true })

test("a wait lies between half of the doubled base and the whole of it, and never beyond the cap", () => {
  fc.assert(
    fc.property(backoffs, fc.nat(20), share, (backoff, attempt, random) => {
      const full = Math.min(backoff.capSeconds, backoff.baseSeconds * 2 ** attempt)
      const seconds = backoffSeconds(attempt, backoff, random)
      assert.ok(seconds >= full / 2 && seconds <= full, `${seconds} of ${full}`)
    }),
  )
})

test("a wait never shrinks with further attempts and ends at the cap, however many there were", () => {
  fc.assert(
    fc.property(backoffs, attempts, share, (backoff, attempt, random) => {
      const seconds = backoffSeconds(attempt, backoff, random)
      assert.ok(backoffSeconds(attempt + 1, backoff, random) >= seconds)
      assert.ok(seconds <= backoff.capSeconds && Number.isFinite(seconds))
      assert.is(backoffSeconds(40, backoff, 1), backoff.capSeconds)
    }),
  )
})

test("chance spreads the waits: more of it, a longer wait", () => {
  fc.assert(
    fc.property(backoffs, attempts, share, share, (backoff, attempt, one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)]
      assert.ok(backoffSeconds(attempt, backoff, less) <= backoffSeconds(attempt, backoff, more))
    }),
  )
})

test.run()
