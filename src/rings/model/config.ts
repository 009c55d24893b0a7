import { z } from "zod"

const schema = z.object({
  /** How many stories are played. */
  MODEL_RUNS: z.coerce.number().int().min(1).max(1_000_000).default(200),
  /** Of the stories; printed by every run, and one that failed is played again with it. */
  MODEL_SEED: z.coerce.number().int().optional(),
})

/** How the model-based test runs. Throws an Error when a variable is wrong. */
export function modelConfig(environment: Readonly<Record<string, string | undefined>> = process.env) {
  const { MODEL_RUNS: runs, MODEL_SEED: seed = Date.now() % 2_147_483_647 } = schema.parse(environment)
  return { runs, seed }
}
