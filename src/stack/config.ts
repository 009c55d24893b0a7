import { existsSync } from "node:fs"
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { z } from "zod"

const port = z.coerce.number().int().min(1).max(65_535)
const copies = z.coerce.number().int().min(1).max(9)

const portSchema = z.object({
  POSTGRES_PORT: port.default(55_432),
  SIMULATOR_PORT: port.default(8_090),
  /** The first api; a further one is ten ports higher. */
  API_PORT: port.default(8_000),
  /** The first worker's health checks; a further one is one port higher. */
  WORKER_PORT: port.default(8_001),
  COLLECTOR_GRPC_PORT: port.default(4_317),
  COLLECTOR_HTTP_PORT: port.default(4_318),
  /** What Prometheus scrapes and the api serves. */
  COLLECTOR_EXPOSITION_PORT: port.default(8_889),
  /** The Collector's own metrics. */
  COLLECTOR_METRICS_PORT: port.default(8_888),
  COLLECTOR_HEALTH_PORT: port.default(13_133),
  PROMETHEUS_PORT: port.default(9_090),
  ALERTMANAGER_PORT: port.default(9_093),
  JAEGER_QUERY_PORT: port.default(16_686),
  JAEGER_QUERY_GRPC_PORT: port.default(16_685),
  /** Not 4317: there the Collector listens. */
  JAEGER_OTLP_PORT: port.default(14_317),
  JAEGER_METRICS_PORT: port.default(18_888),
  JAEGER_HEALTH_PORT: port.default(13_134),
  GRAFANA_PORT: port.default(3_000),
})

const restSchema = z.object({
  DATA_DIR: z.string().default(".data"),
  XDG_CACHE_HOME: z.string().default(join(homedir(), ".cache")),
  PATH: z.string().default(""),
  API_PROCESSES: copies.default(1),
  WORKER_PROCESSES: copies.default(2),
  /** A file of prometheus/, as in compose.yaml; absolute too. */
  ALERTMANAGER_CONFIG: z.string().default("alertmanager.yaml"),
  DATABASE_URL: z.string().optional(),
  DATABASE_OWNER_URL: z.string().optional(),
})

type Ports = Readonly<z.output<typeof portSchema>>
export type PortVariable = keyof Ports
export type Environment = Readonly<Record<string, string | undefined>>

/** What one stack on this machine is made of. */
export interface StackConfig {
  /** Root of the checkout, absolute. */
  readonly checkout: string
  /** Data, logs and state of this stack, absolute. */
  readonly dataDir: string
  /** Where built parts are kept, outside the checkout, absolute. */
  readonly cacheDir: string
  readonly path: string
  readonly ports: Ports
  readonly apis: number
  readonly workers: number
  /** Whom Alertmanager tells: its whole configuration, absolute. */
  readonly alertmanagerFile: string
  /** A database of the user's; without it the stack starts its own. */
  readonly database: { readonly url: string; readonly ownerUrl: string } | undefined
  /** Whose ring policies the control plane goes by: as src/run.ts has it. */
  readonly ringProfile: string
  /** What every process inherits. */
  readonly environment: Environment
}

/**
 * Reads the environment, with `overrides` laid over it. An empty variable counts as unset.
 * Throws an Error that names every variable that is wrong.
 */
export function stackConfig(overrides: Environment = {}): StackConfig {
  const all = Object.entries({ ...process.env, ...overrides })
  const environment = Object.fromEntries(all.filter(([, value]) => value !== undefined && value !== ""))
  const parsed = z.object({ ...portSchema.shape, ...restSchema.shape }).safeParse(environment)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`)
    throw new Error(`The environment is not usable:\n${wrong.join("\n")}`)
  }
  const checkout = fileURLToPath(new URL("../..", import.meta.url))
  return Object.freeze({
    checkout,
    dataDir: resolve(checkout, parsed.data.DATA_DIR),
    cacheDir: join(resolve(parsed.data.XDG_CACHE_HOME), "eucora"),
    path: parsed.data.PATH,
    ports: portSchema.parse(environment),
    apis: parsed.data.API_PROCESSES,
    workers: parsed.data.WORKER_PROCESSES,
    alertmanagerFile: existing(resolve(checkout, "prometheus", parsed.data.ALERTMANAGER_CONFIG)),
    database: external(parsed.data.DATABASE_URL, parsed.data.DATABASE_OWNER_URL),
    ringProfile: environment["RING_PROFILE"] ?? (isDevelopment(environment) ? "demo" : "production"),
    environment,
  })
}

export const isDevelopment = ({ ENVIRONMENT = "development" }: Environment) => ENVIRONMENT === "development"

/** Alertmanager would say it too, in its log. */
function existing(alertmanagerFile: string): string {
  if (!existsSync(alertmanagerFile)) throw new Error(`ALERTMANAGER_CONFIG: there is no ${alertmanagerFile}`)
  return alertmanagerFile
}

function external(url: string | undefined, ownerUrl: string | undefined): StackConfig["database"] {
  if (url === undefined) return undefined
  if (ownerUrl === undefined)
    throw new Error("DATABASE_URL is set: set DATABASE_OWNER_URL too, the role that owns the tables and migrates")
  return { url, ownerUrl }
}
