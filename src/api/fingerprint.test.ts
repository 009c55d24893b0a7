import { test } from "uvu"
import * as assert from "uvu/assert"
import { fingerprintOf } from "./fingerprint.ts"

const create = { method: "post", path: "/api/v1/deployments" }

test("a fingerprint does not depend on the order of members", () => {
  const one = fingerprintOf(create, { a: 1, b: { c: [1, 2], d: null } })
  const same = fingerprintOf(create, { b: { d: null, c: [1, 2] }, a: 1 })
  assert.is(one, same)
  assert.match(one, /^[0-9a-f]{64}$/)
})

test("a fingerprint differs with value, order of a list, method and path", () => {
  const bodies = [{ a: [1, 2] }, { a: [2, 1] }, { a: ["1", 2] }, { b: [1, 2] }]
  const operations = [create, { ...create, method: "put" }, { ...create, path: "/api/v1/other" }]
  const all = operations.flatMap((operation) => bodies.map((body) => fingerprintOf(operation, body)))
  assert.is(new Set(all).size, all.length)
})

test.run()
