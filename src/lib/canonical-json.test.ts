import fc from "fast-check"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { canonicalJson } from "./canonical-json.ts"

/** The same value with the keys of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  )
}

test("the order of keys does not change the text, at any depth", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(reversed(value)) === canonicalJson(value)))
})

test("the text parses back to the value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)))
    }),
  )
})

test("what RFC 8785 shows comes out as it shows it", () => {
  const value = {
    numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
    literals: [null, true, false],
  }
  const expected =
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
    '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
  assert.is(canonicalJson(value), expected)
})

test("keys are sorted by UTF-16 code units, as in RFC 8785", () => {
  const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 }
  assert.is(canonicalJson(value), '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}')
})

test("an undefined property is left out and negative zero is zero", () => {
  assert.is(canonicalJson({ b: -0, a: undefined }), '{"b":0}')
})

test("what JSON cannot hold is refused instead of lost", () => {
  const lost = [
    undefined,
    [undefined],
    Array(1),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    new Date(0),
    new Map(),
    "\ud800",
    { "\ud800": 1 },
    () => 1,
  ]
  for (const value of lost)
    assert.throws(
      () => canonicalJson(value),
      (error: unknown) => error instanceof TypeError,
    )
})

test.run()
