import { test } from "uvu"
import * as assert from "uvu/assert"
import { boundedNames } from "./label.ts"

test("the first names are themselves for ever, every further one is other", () => {
  const label = boundedNames(2)
  assert.equal(["A", "B", "C", "A", "D", "B"].map(label), ["A", "B", "other", "A", "other", "B"])
})

test("a name that nobody chose well is a name", () => {
  const label = boundedNames(1)
  assert.equal(["constructor", "toString"].map(label), ["constructor", "other"])
})

test.run()
