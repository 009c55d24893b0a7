import { readFileSync } from "node:fs"
import { z } from "zod"
import { connectorTypes } from "../connectors/types.ts"
import { type Faults, vendorFaultsSchema } from "./faults.ts"

const scenarioSchema = z.array(
  z.strictObject({
    /** Seconds after the simulator's start. */
    afterSeconds: z.number().min(0).max(86_400),
    vendor: z.enum(connectorTypes),
    /** What replaces the vendor's faults then; without rules they end. */
    faults: vendorFaultsSchema,
  }),
)

export type Scenario = Readonly<z.output<typeof scenarioSchema>>

/** Reads a scenario file. Throws an Error that names what is wrong in it. */
export function loadScenario(path: string): Scenario {
  const parsed = scenarioSchema.safeParse(JSON.parse(readFileSync(path, "utf8")))
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`)
  throw new Error(`The scenario ${path} is not usable:\n${wrong.join("\n")}`)
}

/** Switches the faults at their times; answers how to stop. */
export function playScenario(scenario: Scenario, faults: Faults): () => void {
  const timers = scenario.map(({ afterSeconds, vendor, faults: wanted }) =>
    setTimeout(() => faults.set(vendor, wanted), afterSeconds * 1000),
  )
  return () => {
    for (const timer of timers) clearTimeout(timer)
  }
}
