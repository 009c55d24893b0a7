import { createHash } from "node:crypto"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { canonicalJson } from "../lib/canonical-json.ts"
import { AppError } from "../lib/errors.ts"
import { parseRiskModel, riskModelV1 } from "./model.ts"

const { factors, thresholds } = riskModelV1

test("a stored row is read as the model that was written, whatever order the database gives its keys", () => {
  assert.equal(parseRiskModel(JSON.parse(canonicalJson(riskModelV1))), riskModelV1)
})

test("version 1.0 never changes: a change is a new version", () => {
  const hash = createHash("sha256").update(canonicalJson(riskModelV1)).digest("hex")
  assert.is(hash, "6b04fe562ba954456d5db274bd2fee8b2ba46b2427537f0ea861828868ba39fe")
})

test("the weights add up to 100", () => {
  assert.is(
    Object.values(factors).reduce((sum, { weight }) => sum + weight, 0),
    100,
  )
})

const { history: _history, ...withoutHistory } = factors
const falling = { ...factors.data_access, values: { ...factors.data_access.values, wide: 0.8 } }
const unreadable: ReadonlyArray<readonly [what: string, row: unknown]> = [
  ["nothing", null],
  ["a text", JSON.stringify(riskModelV1)],
  ["a model without a version", { factors, thresholds }],
  ["a model without a factor", { ...riskModelV1, factors: withoutHistory }],
  [
    "a model without a level",
    { ...riskModelV1, factors: { ...factors, history: { weight: 10, values: { none: 0.5 } } } },
  ],
  ["an unknown factor", { ...riskModelV1, factors: { ...factors, weather: { weight: 0, values: {} } } }],
  ["weights of 101", { ...riskModelV1, factors: { ...factors, history: { ...factors.history, weight: 11 } } }],
  ["half a weight", { ...riskModelV1, factors: { ...factors, history: { ...factors.history, weight: 9.5 } } }],
  ["a riskier level that is worth less", { ...riskModelV1, factors: { ...factors, data_access: falling } }],
  ["a fourth decimal", { ...riskModelV1, thresholds: { ...thresholds, good_from: 0.9501 } }],
  ["a multiplier below one", { ...riskModelV1, thresholds: { ...thresholds, critical_cohort_multiplier: 0.9 } }],
]
for (const [what, row] of unreadable) {
  test(`${what} is refused as our own fault`, () => {
    assert.throws(
      () => parseRiskModel(row),
      (error: unknown) => error instanceof AppError && error.kind === "internal",
    )
  })
}

test.run()
