import { test } from "uvu"
import * as assert from "uvu/assert"
import { type Behaviour, type Curve, curves, deviceId, deviceName, planOutcomes } from "./population.ts"

const behaviour = (changed: Partial<Behaviour>): Behaviour => ({
  installSeconds: 10,
  curve: "fast",
  failRate: 0,
  ...changed,
})

const times = (curve: Curve, count = 100) =>
  planOutcomes(count, behaviour({ curve }), "seed")
    .map(({ afterMs }) => afterMs)
    .sort((a, b) => a - b)

test("the same seed gives every device the same fate, another seed another one", () => {
  for (const curve of curves) {
    const plan = (seed: string) => planOutcomes(50, behaviour({ curve, failRate: 0.3 }), seed)
    assert.equal(plan("a"), plan("a"))
    assert.not.equal(plan("a"), plan("b"))
  }
})

test("the last device is done when the time is over, with every curve that ends", () => {
  for (const curve of ["fast", "slow", "partly_failing"] as const) assert.is(times(curve).at(-1), 10_000)
  assert.equal(new Set(times("instant")), new Set([0]))
})

test("fast devices are done early, slow ones late", () => {
  const half = (curve: Curve) => times(curve)[49] ?? 0
  assert.ok(half("fast") < 3_000)
  assert.ok(half("slow") > 7_000)
})

test("half of the stuck ones never get there", () => {
  assert.is(times("stuck").filter((ms) => ms === Number.POSITIVE_INFINITY).length, 50)
})

test("exactly the share that is asked for fails; partly failing is a fifth without one", () => {
  const failures = (count: number, changed: Partial<Behaviour>) =>
    planOutcomes(count, behaviour(changed), "seed").filter(({ failed }) => failed).length
  assert.is(failures(200, { failRate: 0.25 }), 50)
  assert.is(failures(5, { curve: "partly_failing" }), 1)
  assert.is(failures(5, { curve: "partly_failing", failRate: 1 }), 5)
  assert.is(failures(5, {}), 0)
})

test("names and numbers of devices are unique over the rings", () => {
  const devices = [deviceName("LAB", 0), deviceName("CANARY", 0), deviceName("LAB", 1)]
  assert.equal(devices, ["LAB-000001", "CANARY-000001", "LAB-000002"])
  assert.not.equal(deviceId("LAB", 99_999), deviceId("CANARY", 0))
})

test.run()
