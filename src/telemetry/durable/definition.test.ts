import { test } from "uvu"
import * as assert from "uvu/assert"
import { bounded, counter, histogram, inboxColumns, knownSeries } from "./definition.ts"

const described = { unit: "", description: "" }
const outcomes = counter({ ...described, name: "outcomes", attributes: { ring: ["LAB", "GLOBAL"], app_name: bounded } })
const waits = histogram({ ...described, name: "waits", attributes: {}, boundaries: [1, 5] })

test("a point names its instrument and its series, keys sorted whatever the order they were given in", () => {
  const point = outcomes.add(2, { ring: "LAB", app_name: "Editor" })
  assert.equal(point, { instrument: "outcomes", attributes: '{"app_name":"Editor","ring":"LAB"}', value: 2 })
  assert.is(outcomes.add(1, { app_name: "Editor", ring: "LAB" }).attributes, point.attributes)
})

test("what would poison a sum is refused where it is recorded", () => {
  const lab = { ring: "LAB", app_name: "Editor" } as const
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    assert.throws(() => outcomes.add(wrong, lab), RangeError)
    assert.throws(() => waits.record(wrong, {}), RangeError)
  }
  assert.throws(() => outcomes.add(-1, lab), RangeError)
  assert.is(outcomes.add(0, lab).value, 0)
})

test("an attribute that is missing, unknown or takes a value that is not allowed does not compile and is refused", () => {
  // @ts-expect-error ring is missing
  assert.throws(() => outcomes.add(1, { app_name: "Editor" }), /ring cannot be undefined/)
  // @ts-expect-error there is no such attribute
  assert.throws(() => outcomes.add(1, { app_name: "Editor", ring: "LAB", id: "7" }), /unknown attribute id/)
  // @ts-expect-error there is no such ring
  assert.throws(() => outcomes.add(1, { app_name: "Editor", ring: "MOON" }), /ring cannot be MOON/)
  // @ts-expect-error not a string
  assert.throws(() => outcomes.add(1, { app_name: 7, ring: "LAB" }), /app_name cannot be 7/)
})

test("boundaries are finite and ascend, and there is at least one", () => {
  for (const boundaries of [[], [1, 1], [5, 1], [Number.NaN], [1, Infinity]])
    assert.throws(() => histogram({ ...described, name: "h", attributes: {}, boundaries }), RangeError)
})

test("all series are known when every attribute is, and none as soon as one is not", () => {
  const promotions = { name: "promotions", attributes: { to: ["PILOT"], from: ["LAB", "CANARY"] } }
  assert.equal(knownSeries(promotions), ['{"from":"LAB","to":"PILOT"}', '{"from":"CANARY","to":"PILOT"}'])
  assert.equal(knownSeries(waits), ["{}"])
  assert.equal(knownSeries(outcomes), [])
})

test("series that an instrument names are the ones that are known, bounded labels or not", () => {
  const moves = { name: "moves", attributes: { app: bounded, to: ["UP"] } as const, known: [{ to: "UP", app: "a" }] }
  assert.equal(knownSeries(moves), ['{"app":"a","to":"UP"}'])
  assert.throws(() => knownSeries({ ...moves, known: [{ to: "LEFT", app: "a" }] }), /to cannot be LEFT/)
})

test("the points of a transition are the columns of one inbox row", () => {
  const columns = inboxColumns([waits.record(0.5, {}), outcomes.add(1, { app_name: "Editor", ring: "LAB" })])
  assert.equal(columns, {
    instruments: ["waits", "outcomes"],
    attributes: ["{}", '{"app_name":"Editor","ring":"LAB"}'],
    vals: [0.5, 1],
  })
})

test.run()
