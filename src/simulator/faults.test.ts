import { test } from "uvu"
import * as assert from "uvu/assert"
import { Faults, type Rule, vendorFaultsSchema } from "./faults.ts"

const faultsOf = (rules: readonly Partial<Rule>[], latency?: { medianMs: number; p95Ms: number }) =>
  vendorFaultsSchema.parse({ rules, latency })

function hits(faults: Faults, count: number): readonly boolean[] {
  return Array.from({ length: count }, () => faults.hit("jamf", "GET", "/jamf/api") !== undefined)
}

test("a share hits about that share, and the same requests with the same seed", () => {
  const [one, same, other] = [new Faults(1), new Faults(1), new Faults(2)]
  for (const faults of [one, same, other]) faults.set("jamf", faultsOf([{ kind: "error", rate: 0.3 }]))
  const sequence = hits(one, 1_000)
  const share = sequence.filter(Boolean).length
  assert.ok(share > 250 && share < 350, String(share))
  assert.equal(hits(same, 1_000), sequence)
  assert.not.equal(hits(other, 1_000), sequence)
})

test("a rule ends after as many hits as it may have, and only what matches is hit", () => {
  const faults = new Faults(1)
  faults.set("jamf", faultsOf([{ kind: "reset", times: 2, method: "POST", path: "/patch" }]))
  assert.is(faults.hit("jamf", "GET", "/patch"), undefined)
  assert.is(faults.hit("jamf", "POST", "/token"), undefined)
  assert.is(faults.hit("intune", "POST", "/patch"), undefined)
  for (const left of [true, true, false]) {
    const rule = faults.hit("jamf", "POST", "/jamf/patchpolicies")
    assert.is(rule !== undefined, left)
    if (rule !== undefined) faults.spend("jamf", rule)
  }
  assert.equal(faults.active()["jamf"], { rules: [] })
})

test("setting replaces, clearing ends", () => {
  const faults = new Faults(1)
  faults.set("jamf", faultsOf([{ kind: "outage" }]))
  faults.set("jamf", faultsOf([{ kind: "hang" }]))
  assert.is(faults.hit("jamf", "GET", "/")?.kind, "hang")
  faults.clear()
  assert.is(faults.hit("jamf", "GET", "/"), undefined)
})

test("latencies have the median and the 95th percentile that were asked for", () => {
  const faults = new Faults(1)
  assert.is(faults.latencyMs("sccm"), 0)
  faults.set("sccm", faultsOf([], { medianMs: 20, p95Ms: 100 }))
  const sorted = Array.from({ length: 4_000 }, () => faults.latencyMs("sccm")).sort((a, b) => a - b)
  const [median = 0, p95 = 0] = [sorted[2_000], sorted[3_800]]
  assert.ok(median > 18 && median < 22, String(median))
  assert.ok(p95 > 85 && p95 < 115, String(p95))
})

test.run()
