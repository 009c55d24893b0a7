import { test } from "uvu"
import * as assert from "uvu/assert"
import { existingId } from "../testing.ts"
import { applicationCursor, deploymentCursor } from "./cursor.ts"

const position = { createdAt: "2026-03-01T12:00:00.123456Z", id: existingId }

test("a position comes back as it was handed out, to the microsecond", () => {
  const text = deploymentCursor.encode(position)
  assert.match(text, /^[A-Za-z0-9_-]+$/)
  assert.equal(deploymentCursor.parameter.parse(text), position)
  assert.is(applicationCursor.parameter.parse(applicationCursor.encode("Größe 7")), "Größe 7")
})

test("every change of one character is refused, or is a position all the same", () => {
  const text = deploymentCursor.encode(position)
  for (let index = 0; index < text.length; index += 1) {
    for (const other of ["A", "_", "=", "+", " "]) {
      const parsed = deploymentCursor.parameter.safeParse(text.slice(0, index) + other + text.slice(index + 1))
      if (parsed.success)
        assert.is(deploymentCursor.encode(parsed.data), text.slice(0, index) + other + text.slice(index + 1))
    }
  }
})

test("a position that would be refused when it comes back is not handed out", () => {
  assert.throws(() => deploymentCursor.encode({ ...position, createdAt: "2026-03-01 12:00:00.123456+00" }))
  assert.throws(() => deploymentCursor.encode({ ...position, id: "1" }))
})

test.run()
