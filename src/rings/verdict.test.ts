import fc from "fast-check"
import { test } from "uvu"
import * as assert from "uvu/assert"
import type { DeviceCounts } from "../connectors/types.ts"
import { type RingPolicy, ringProfiles } from "./policy.ts"
import { rings } from "./rings.ts"
import { ringVerdict } from "./verdict.ts"

const policy: RingPolicy = {
  successRate: 0.95,
  failureLimit: 0.05,
  pollIntervalSeconds: 1,
  complianceLimitSeconds: 100,
}

const counts = (installed: number, failed: number, pending: number): DeviceCounts => ({
  targeted: installed + failed + pending,
  installed,
  failed,
  pending,
})

/** Installed, failed, pending, seconds; what is judged; and why. */
const cases: readonly (readonly [number, number, number, number, string, string?])[] = [
  [0, 0, 100, 0, "wait"],
  [94, 0, 6, 99.9, "wait"],
  [94, 5, 1, 99.9, "wait"],
  [95, 0, 5, 0, "succeeded"],
  [95, 5, 0, 0, "succeeded"],
  [95, 0, 5, 500, "succeeded"],
  [100, 0, 0, 0, "succeeded"],
  [0, 6, 94, 0, "failed", "6 of 100 devices failed, more than 5 %"],
  [94, 6, 0, 0, "failed", "6 of 100 devices failed, more than 5 %"],
  [94, 5, 1, 100, "failed", "94 of 100 devices after 100 s"],
  [0, 0, 100, 100, "failed", "0 of 100 devices after 100 s"],
  [0, 0, 0, 99, "wait"],
  [0, 0, 0, 100, "failed", "0 of 0 devices after 100 s"],
  [0, 1, 0, 0, "failed", "1 of 1 devices failed, more than 5 %"],
  [1, 0, 0, 0, "succeeded"],
]

for (const [installed, failed, pending, seconds, kind, reason] of cases)
  test(`${installed} installed, ${failed} failed, ${pending} pending after ${seconds} s: ${kind}`, () => {
    const verdict = ringVerdict(counts(installed, failed, pending), policy, seconds)
    assert.is(verdict.kind, kind)
    if (verdict.kind === "failed") assert.is(verdict.reason, reason)
    if (verdict.kind === "succeeded") assert.is(verdict.successRate, installed / (installed + failed + pending))
  })

const devices = fc.nat(2_000)
const anyCounts = fc.tuple(devices, devices, devices).map((parts) => counts(...parts))
const anyPolicy = fc.constantFrom(
  ...Object.values(ringProfiles).flatMap((ringPolicies) => rings.map((ring) => ringPolicies[ring])),
)
const seconds = fc.double({ min: 0, max: 1_000_000, noNaN: true })

test("a ring that has just enough installed devices never has too many failed ones, whatever its size", () => {
  for (const { successRate, failureLimit } of rings.map((ring) => ringProfiles.production[ring]))
    for (let targeted = 1; targeted <= 20_000; targeted++) {
      const fewest = Math.ceil(targeted * successRate - 1e-9)
      const failed = targeted - fewest
      assert.ok(fewest / targeted >= successRate, `${fewest} of ${targeted}`)
      assert.not(failed / targeted > failureLimit, `${failed} of ${targeted}`)
    }
})

const order = { failed: 0, wait: 1, succeeded: 2 }
const rank = (measured: DeviceCounts, by: RingPolicy, elapsed: number) => order[ringVerdict(measured, by, elapsed).kind]

test("another device that installs never makes the verdict worse, and one that fails never better", () => {
  fc.assert(
    fc.property(anyCounts, anyPolicy, seconds, ({ installed, failed, pending }, by, elapsed) => {
      fc.pre(pending > 0)
      const before = rank(counts(installed, failed, pending), by, elapsed)
      assert.ok(rank(counts(installed + 1, failed, pending - 1), by, elapsed) >= before)
      assert.ok(rank(counts(installed, failed + 1, pending - 1), by, elapsed) <= before)
    }),
    { numRuns: 2_000 },
  )
})

test("time alone turns waiting into failure, once, and changes no other verdict", () => {
  fc.assert(
    fc.property(anyCounts, anyPolicy, seconds, seconds, (measured, by, one, other) => {
      const [early, late] = [Math.min(one, other), Math.max(one, other)].map((at) => ringVerdict(measured, by, at))
      if (early?.kind === "wait") assert.is.not(late?.kind, "succeeded")
      else assert.equal(late, early)
    }),
  )
})

test("after the compliance limit nothing waits any longer", () => {
  fc.assert(
    fc.property(anyCounts, anyPolicy, seconds, (measured, by, beyond) => {
      assert.is.not(ringVerdict(measured, by, by.complianceLimitSeconds + beyond).kind, "wait")
    }),
  )
})

test.run()
