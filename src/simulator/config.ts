import { z } from "zod"
import { type Ring, rings } from "../rings/rings.ts"

const size = z.int().min(0).max(100_000)

/** `LAB=5,CANARY=20`: rings that are not named keep their default. */
const devices = z
  .string()
  .default("")
  .transform((text) =>
    Object.fromEntries(
      text
        .split(",")
        .filter(Boolean)
        .map((part) => part.split("=")),
    ),
  )
  .pipe(z.partialRecord(z.enum(rings), z.coerce.number().pipe(size)))
  .transform((given): Readonly<Record<Ring, number>> => ({ ...defaultDevices, ...given }))

const defaultDevices = { LAB: 5, CANARY: 20, PILOT: 50, DEPARTMENT: 100, GLOBAL: 200 } as const

const schema = z.object({
  SIMULATOR_HOST: z.string().default("127.0.0.1"),
  SIMULATOR_PORT: z.coerce.number().int().min(0).max(65_535).default(8090),
  /** Which devices fail, and in which order they finish. */
  SIMULATOR_SEED: z.coerce.number().int().default(1),
  SIMULATOR_DEVICES: devices,
  /** Seconds until an application's last device is done, where nothing was said about the application. */
  SIMULATOR_INSTALL_SECONDS: z.coerce.number().min(0).default(0.4),
  /** Whether an application that nobody has announced exists from the moment it is asked for. */
  SIMULATOR_AUTO_CATALOGUE: z.stringbool().default(true),
  /** JSON file with faults and the times at which they begin. */
  SIMULATOR_SCENARIO: z.string().min(1).optional(),
})

export type SimulatorConfig = Readonly<z.output<typeof schema>>

/** Reads the environment. An empty variable counts as unset. Throws an Error that names every variable that is wrong. */
export function simulatorConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SimulatorConfig {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""))
  const parsed = schema.safeParse(set)
  if (parsed.success) return Object.freeze(parsed.data)
  const wrong = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`)
  throw new Error(`The environment is not usable:\n${wrong.join("\n")}`)
}
