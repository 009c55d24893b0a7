import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError } from "../lib/errors.ts"
import { mustAllow, sources } from "./state.ts"
import { deploymentOutcomes, deploymentStatuses } from "./types.ts"

/** Which status may follow which, a row for each: `x` where it may. Columns in the same order. */
const table = `
                AWAITING APPROVED PENDING DEPLOYING COMPLETED REJECTED FAILED ROLLING ROLLED CANCELLED
  AWAITING_CAB     .        x        .        .         .        x       .       .      .       x
  APPROVED         .        .        x        x         .        .       .       .      .       x
  PENDING          .        .        .        x         .        .       .       .      .       x
  DEPLOYING        .        .        .        .         x        .       x       x      .       .
  COMPLETED        .        .        .        .         .        .       .       x      .       .
  REJECTED         .        .        .        .         .        .       .       .      .       .
  FAILED           .        .        .        .         .        .       .       .      .       .
  ROLLING_BACK     .        .        .        .         .        .       x       .      x       .
  ROLLED_BACK      .        .        .        .         .        .       .       .      .       .
  CANCELLED        .        .        .        .         .        .       .       .      .       .
`
const rows = table
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.trim().split(/\s+/))

test("the table names every status, in order", () => {
  assert.equal(
    rows.map(([from]) => from),
    [...deploymentStatuses],
  )
  for (const row of rows) assert.is(row.length, deploymentStatuses.length + 1)
})

for (const [row, from] of deploymentStatuses.entries())
  test(`what may follow ${from} is what the table says`, () => {
    for (const [column, to] of deploymentStatuses.entries()) {
      const allowed = rows[row]?.[column + 1] === "x"
      assert.is(sources(to).includes(from), allowed, `${from} → ${to}`)
      if (allowed) mustAllow(from, to)
      else assert.throws(() => mustAllow(from, to), namesBothEnds(from, to))
    }
  })

function namesBothEnds(from: string, to: string) {
  return (error: unknown) =>
    error instanceof AppError &&
    error.kind === "invalid_transition" &&
    error.message.includes(from) &&
    error.message.includes(to)
}

test("an outcome is left by a roll-back of what was completed, and never otherwise", () => {
  const left = deploymentOutcomes.filter((outcome) => deploymentStatuses.some((to) => sources(to).includes(outcome)))
  assert.equal(left, ["COMPLETED"])
  assert.equal(sources("ROLLING_BACK"), ["DEPLOYING", "COMPLETED"])
})

test.run()
