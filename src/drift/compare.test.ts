import fc from "fast-check"
import { test } from "uvu"
import * as assert from "uvu/assert"
import type { InstalledVersion } from "../connectors/types.ts"
import { deviations, type Floor, lowered, otherVersions, type Reliance, tally } from "./compare.ts"

const versions = (right: number, wrong: number, without: number): InstalledVersion[] => [
  { version: "2.0", devices: right },
  { version: "1.0", devices: wrong },
  { version: null, devices: without },
]

/** What somebody finds who looks several times, one after the other. */
function looks(reliance: Reliance, ...seen: readonly (readonly [right: number, wrong: number, without: number])[]) {
  let floor: Floor | undefined
  return seen.map((counts) => {
    const now = tally(versions(...counts), "2.0")
    floor = lowered(floor, now, reliance)
    const { missing, version_mismatch } = deviations({ pending: 0, seconds: 0, limitSeconds: 60 }, { seen: now, floor })
    return [missing, version_mismatch]
  })
}

/** An inventory that hears at once, a ring that all devices were reached in. */
const live: Reliance = { ageSeconds: 0, lagSeconds: 0, shortfall: 0 }
/** One whose devices report once a day, an hour after the ring was completed. */
const early: Reliance = { ageSeconds: 3_600, lagSeconds: 86_400, shortfall: 0 }

test("a ring as it was left does not drift", () => {
  assert.equal(looks(live, [100, 0, 0]), [[0, 0]])
})

test("devices without the application are missing, those with another version mismatch, from the first look on", () => {
  assert.equal(looks(live, [97, 1, 2], [98, 0, 2], [100, 0, 0], [99, 1, 0]), [
    [2, 1],
    [2, 0],
    [0, 0],
    [0, 1],
  ])
})

test("devices that the roll-out did not reach when the ring passed are no drift; what is lost beyond them is", () => {
  const passed = { ...live, shortfall: 3 }
  assert.equal(looks(passed, [97, 3, 0], [95, 3, 2], [95, 5, 0]), [
    [0, 0],
    [2, 0],
    [0, 2],
  ])
})

test("once one of those is reached after all, its loss is drift", () => {
  const passed = { ...live, shortfall: 3 }
  assert.equal(looks(passed, [97, 0, 3], [100, 0, 0], [99, 0, 1]), [
    [0, 0],
    [0, 0],
    [1, 0],
  ])
})

test("while devices have not reported the new version nothing drifts, however many have the old one", () => {
  assert.equal(looks(early, [0, 100, 0], [40, 60, 0], [100, 0, 0]), [
    [0, 0],
    [0, 0],
    [0, 0],
  ])
})

test("what a slow inventory has seen right and sees wrong later is drift at once", () => {
  assert.equal(looks(early, [0, 100, 0], [90, 10, 0], [80, 10, 10]), [
    [0, 0],
    [0, 0],
    [10, 0],
  ])
})

test("after its time a slow inventory is taken at its word, unless it finds the version nowhere", () => {
  const late = { ...early, ageSeconds: 90_000 }
  assert.equal(looks(late, [90, 10, 0]), [[0, 10]])
  assert.equal(looks(late, [0, 0, 100]), [[0, 0]])
})

test("pending devices are stuck once the limit is reached, and not before", () => {
  const stuck = (pending: number, seconds: number) => deviations({ pending, seconds, limitSeconds: 60 }).stuck
  assert.equal([stuck(3, 59), stuck(3, 60), stuck(0, 3_600)], [0, 3, 0])
})

test("without an inventory nothing is said about what devices have", () => {
  assert.equal(deviations({ pending: 3, seconds: 60, limitSeconds: 60 }), { stuck: 3 })
})

test("no count is ever negative, the floor never rises, and more than is there never drifts", () => {
  const counts = fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50))
  const reliance = fc.record({ ageSeconds: fc.nat(100), lagSeconds: fc.nat(100), shortfall: fc.nat(20) })
  fc.assert(
    fc.property(fc.array(counts, { minLength: 1 }), reliance, (all, relied) => {
      let floor: Floor | undefined
      for (const each of all) {
        const seen = tally(versions(...each), "2.0")
        const next = lowered(floor, seen, relied)
        const found = deviations({ pending: 0, seconds: 0, limitSeconds: 1 }, { seen, floor: next })
        if (floor !== undefined && (next.wrong > floor.wrong || next.without > floor.without)) return false
        const [missing, mismatch] = [found.missing ?? -1, found.version_mismatch ?? -1]
        if (missing < 0 || mismatch < 0 || missing > seen.without || mismatch > seen.wrong) return false
        floor = next
      }
      return true
    }),
  )
})

test("other versions are named by their frequency, twenty at most", () => {
  const many = Array.from({ length: 30 }, (_, n) => ({ version: `1.${n}`, devices: n + 1 }))
  const found = otherVersions([...many, ...versions(50, 0, 5)], "2.0")
  assert.is(found.length, 20)
  assert.equal(found[0], { version: "1.29", devices: 30 })
})

test.run()
