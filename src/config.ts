import { z } from "zod"
import { defaultBreakerSettings as breaker } from "./breaker/settings.ts"
import type { BreakerSettings } from "./breaker/types.ts"
import { type ConnectorsConfig, loadConnectors } from "./connectors/config.ts"
import { developmentConnectors } from "./connectors/development.ts"
import { Secret } from "./lib/secret.ts"

/** A flag as people write it in an environment. */
const flag = z.stringbool()
const port = z.coerce.number().int().min(0).max(65_535)
const seconds = z.coerce.number().positive().max(86_400)
const wholeSeconds = z.coerce.number().int().min(1).max(86_400)
const milliseconds = z.coerce.number().int().positive()
const address = z.url({ protocol: /^https?$/, error: "is no address like http://host:port" })
/** What paths are put behind: without a slash at its end. */
const base = address.transform((value) => value.replace(/\/+$/, ""))
/** Never printed, as it holds a password. */
const databaseUrl = z
  .url({ protocol: /^postgres(ql)?$/, error: "is no address like postgres://user:password@host:5432/database" })
  .transform((value) => new Secret(value))
/** Never printed; as it is written, so that text of any kind will do. */
const sealKey = z
  .string()
  .refine((key) => Buffer.byteLength(key) >= 32, "must have at least 32 bytes; for example from `openssl rand -hex 32`")
  .transform((value) => new Secret(value))
const requests = z.coerce.number().int().min(0).max(1_000_000)
/** Several, separated by commas. */
const listOf = (one: z.ZodType<string, string>) =>
  z
    .string()
    .transform((text) => text.split(",").map((each) => each.trim()))
    .pipe(z.array(one))
const isOrigin = (text: string) => URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text
const noDatabase =
  "is not set; production needs a PostgreSQL database of its own, and in development `npm run up` starts one and sets this"

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const

const common = z.object({
  ENVIRONMENT: z.enum(["development", "test", "production"]).default("development"),
  /** The application's role. Production refuses to start without it; `npm run up` sets it to the embedded server's. */
  DATABASE_URL: z.string(noDatabase).pipe(databaseUrl),
  /** The owner's role; needed by `migrate` alone. */
  DATABASE_OWNER_URL: databaseUrl.optional(),
  DATABASE_POOL: z.coerce.number().int().min(1).max(100).default(10),
  API_HOST: z.string().default("127.0.0.1"),
  API_PORT: port.default(8000),
  WORKER_HOST: z.string().default("127.0.0.1"),
  WORKER_PORT: port.default(8001),
  /** Where callers find the API; links in answers begin with it. */
  PUBLIC_URL: base.default("http://127.0.0.1:8000"),
  /** Development: where all five back ends are played. */
  SIMULATOR_URL: address.default("http://127.0.0.1:8090"),
  /** JSON file with the back ends; without it development talks to the simulator and production to none. */
  CONNECTORS_FILE: z.string().min(1).optional(),
  /** Largest number of applications with a label of their own in metrics; the rest share `other`. */
  APP_LABEL_LIMIT: z.coerce.number().int().min(1).max(10_000).default(100),
  /** Whose ring policies are in force: demo has seconds where production has hours. */
  RING_PROFILE: z.enum(["demo", "production"]).optional(),
  /** Development: where the admin token made at start is written (mode 0600). */
  DEV_TOKEN_FILE: z.string().min(1).default(".data/run/admin-token"),
  /** Development: where the token is written with which Alertmanager delivers alerts (mode 0640). */
  DEV_ALERTMANAGER_TOKEN_FILE: z.string().min(1).default(".data/run/alertmanager-token"),
  /** Seals the blocks of events; the same in all processes, and not kept in the database. Production does not start without. */
  EVENT_SEAL_KEY: sealKey.optional(),
  /** Development: where a key is kept that the first process makes (mode 0600), unless EVENT_SEAL_KEY is set. */
  DEV_SEAL_KEY_FILE: z.string().min(1).default(".data/run/event-seal-key"),
  /** So many failures of a back end, one after the other, and it is left alone for a while; see breaker/settings.ts. */
  BREAKER_FAILURE_THRESHOLD: z.coerce.number().int().min(1).max(1_000).default(breaker.failureThreshold),
  BREAKER_OPEN_SECONDS: seconds.default(breaker.openSeconds),
  BREAKER_LEASE_SECONDS: seconds.default(breaker.leaseSeconds),
  BREAKER_RECOVERY_SECONDS: seconds.default(breaker.recoverySeconds),
  /** How often one worker asks every back end how it is. */
  PROBE_INTERVAL_SECONDS: wholeSeconds.default(30),
  /** How often one worker compares what back ends say with what should be there; by RING_PROFILE where it is not set. */
  RECONCILE_INTERVAL_SECONDS: wholeSeconds.optional(),
  /** How long a repetition with the same Idempotency-Key is recognised, at least. */
  IDEMPOTENCY_HOURS: z.coerce.number().int().min(1).max(8_760).default(24),
  METRICS_PUBLIC: flag.default(true),
  /** Requests in ten seconds that one api process answers for one token, and for one address; 0 limits nothing. */
  RATE_LIMIT_PER_TOKEN: requests.default(3_000),
  RATE_LIMIT_PER_ADDRESS: requests.default(10_000),
  /** Whose X-Forwarded-For is believed: addresses and networks of our own proxies. Without it nobody's. */
  TRUSTED_PROXIES: listOf(
    z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], "has no address or network"),
  ).optional(),
  /** Whose pages may read our answers in a browser: origins like https://portal.example.com. Without it nobody's. */
  CORS_ORIGINS: listOf(z.string().refine(isOrigin, "is no origin like https://portal.example.com")).optional(),
  /** Whether a caller's traceparent and baggage are adopted; only where every caller is our own. */
  TRUST_INCOMING_CONTEXT: flag.default(false),
  COLLECTOR_METRICS_URL: address.default("http://127.0.0.1:8889/metrics"),
  COLLECTOR_HEALTH_URL: address.default("http://127.0.0.1:13133/"),
  /** Asked by gates whose policy has a query. */
  PROMETHEUS_URL: base.default("http://127.0.0.1:9090"),
  JAEGER_URL: base.default("http://127.0.0.1:16686"),
  GRAFANA_URL: base.default("http://127.0.0.1:3000"),
  OTEL_EXPORTER_OTLP_ENDPOINT: address.default("http://127.0.0.1:4317"),
  OTEL_METRIC_EXPORT_INTERVAL: milliseconds.default(5_000),
  DURABLE_EXPORT_INTERVAL: milliseconds.default(1_000),
  OTEL_SDK_DISABLED: flag.default(false),
  OTEL_TRACES_EXPORTER: z.enum(["otlp", "none"]).default("otlp"),
  OTEL_METRICS_EXPORTER: z.enum(["otlp", "none"]).default("otlp"),
  /** The predecessor's switches: `false` is OTEL_SDK_DISABLED=true and OTEL_METRICS_EXPORTER=none. */
  OTEL_ENABLED: flag.default(true),
  OTEL_METRICS_ENABLED: flag.default(true),
  OTEL_TRACES_SAMPLER: z.enum(samplers).default("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  OTEL_RESOURCE_ATTRIBUTES: z.string().default(""),
  OTEL_SERVICE_NAME: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"),
})

/** A key that each process made for itself would fit nobody else's seals. */
const hasSealKey = ({ ENVIRONMENT, EVENT_SEAL_KEY }: z.output<typeof common>) =>
  ENVIRONMENT !== "production" || (EVENT_SEAL_KEY !== undefined && !isPublic(EVENT_SEAL_KEY))
/** The key that compose.yaml has for development, which everybody can read. What was refused already is no Secret. */
const isPublic = (key: unknown) => key instanceof Secret && key.reveal().startsWith("development-only-")
const noSealKey = {
  path: ["EVENT_SEAL_KEY"],
  error:
    "is not set, or the development one; production needs at least 32 bytes that are kept outside the database, for example from `openssl rand -hex 32`",
}

type Environment = Readonly<Record<string, string | undefined>>

export type Config = Readonly<z.output<typeof common>>

/** Reads the environment once. An empty or blank variable counts as unset. Throws an Error that names every variable that is wrong. */
export function loadConfig(environment: Environment = process.env): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()))
  const parsed = common.refine(hasSealKey, noSealKey).safeParse(set)
  if (parsed.success) return Object.freeze(parsed.data)
  const wrong = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`)
  throw new Error(`The environment is not usable:\n${wrong.join("\n")}`)
}

/**
 * The back ends: of the file when there is one, of the simulator in development, none otherwise. The file names the
 * environment variables that hold its secrets. Throws an Error that names every field that is wrong.
 */
export function connectorsConfig(config: Config, environment: Environment = process.env): ConnectorsConfig {
  if (config.CONNECTORS_FILE !== undefined) return loadConnectors(config.CONNECTORS_FILE, environment)
  return config.ENVIRONMENT === "development" ? developmentConnectors(config.SIMULATOR_URL) : {}
}

/** Which telemetry leaves the process, by the standard's switches and the predecessor's. */
export function telemetrySwitches(config: Config): Readonly<Record<"disabled" | "metrics" | "traces", boolean>> {
  const disabled = config.OTEL_SDK_DISABLED || !config.OTEL_ENABLED
  const metrics = !disabled && config.OTEL_METRICS_ENABLED && config.OTEL_METRICS_EXPORTER === "otlp"
  return { disabled, metrics, traces: !disabled && config.OTEL_TRACES_EXPORTER === "otlp" }
}

/** The owner's address, all that the migration needs. Throws an Error when it is not set or no address. */
export function ownerDatabaseUrl(environment: Environment = process.env): Secret {
  const parsed = databaseUrl.safeParse(environment["DATABASE_OWNER_URL"])
  if (parsed.success) return parsed.data
  throw new Error("DATABASE_OWNER_URL is not set or no address: the migration runs as the role that owns the tables")
}

/** When circuit breakers open and close. */
export function breakerSettings(config: Config): BreakerSettings {
  return {
    failureThreshold: config.BREAKER_FAILURE_THRESHOLD,
    openSeconds: config.BREAKER_OPEN_SECONDS,
    leaseSeconds: config.BREAKER_LEASE_SECONDS,
    recoverySeconds: config.BREAKER_RECOVERY_SECONDS,
    recoveryCalls: breaker.recoveryCalls,
  }
}

/** What one caller may ask of one api process. */
export function rateLimits(config: Config) {
  return {
    perToken: config.RATE_LIMIT_PER_TOKEN,
    perAddress: config.RATE_LIMIT_PER_ADDRESS,
    trustedProxies: config.TRUSTED_PROXIES ?? [],
  }
}

/** Tests: the server that the run has started for all files; a file that is run by itself has none. */
export function testPostgresUrl(): string | undefined {
  return process.env["TEST_POSTGRES_URL"]
}
