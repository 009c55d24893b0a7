import { z } from "@hono/zod-openapi"
import { AppError } from "../lib/errors.ts"
import { rings } from "../rings/rings.ts"

/** Thousandths, so that a score is made of whole numbers and comes out the same everywhere. */
const fraction = z.number().min(0).max(1).multipleOf(0.001)

/** A factor whose levels are listed from the least to the most risky. */
function factor<const Levels extends readonly [string, ...string[]]>(levels: Levels) {
  const values = z
    .record(z.enum(levels), fraction)
    .refine((table) => neverFalls(levels.map((level) => table[level as Levels[number]])), {
      message: "a riskier level must not be worth less: otherwise leaving evidence out could lower a score",
    })
  return z.strictObject({ weight: z.int().min(0).max(100), values })
}

function neverFalls(values: readonly number[]): boolean {
  return values.every((value, index) => value >= (values[index - 1] ?? 0))
}
