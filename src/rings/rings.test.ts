import fc from "fast-check"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { nextRing, type Ring, rings, ringsUpTo } from "./rings.ts"

const anyRing = fc.constantFrom<Ring>(...rings)

const ways: readonly (readonly [Ring, readonly Ring[]])[] = [
  ["LAB", ["LAB"]],
  ["CANARY", ["LAB", "CANARY"]],
  ["PILOT", ["LAB", "CANARY", "PILOT"]],
  ["DEPARTMENT", ["LAB", "CANARY", "PILOT", "DEPARTMENT"]],
  ["GLOBAL", ["LAB", "CANARY", "PILOT", "DEPARTMENT", "GLOBAL"]],
]

for (const [target, way] of ways)
  test(`a deployment to ${target} travels through ${way.join(", ")}, by list and step by step`, () => {
    assert.equal(ringsUpTo(target), way)
    const steps: Ring[] = []
    for (let ring: Ring | undefined = "LAB"; ring !== undefined; ring = nextRing(ring, target)) steps.push(ring)
    assert.equal(steps, way)
  })

test("a step goes to the very next ring and never beyond the target", () => {
  fc.assert(
    fc.property(anyRing, anyRing, (ring, target) => {
      const next = nextRing(ring, target)
      if (next === undefined) assert.ok(rings.indexOf(ring) >= rings.indexOf(target))
      else {
        assert.is(rings.indexOf(next), rings.indexOf(ring) + 1)
        assert.ok(rings.indexOf(next) <= rings.indexOf(target))
      }
    }),
  )
})

test.run()
