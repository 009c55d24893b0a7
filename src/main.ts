/** Entry of every process: `node src/main.ts api | worker | migrate | verify-events | token`. Telemetry comes first: what is loaded after it is seen. */
import closeWithGrace from "close-with-grace"
import packageJson from "../package.json" with { type: "json" }
import { type Config, loadConfig, ownerDatabaseUrl, telemetrySwitches } from "./config.ts"
import { log } from "./telemetry/log.ts"
import { startTelemetry, type TelemetrySettings } from "./telemetry/sdk.ts"

/** From the signal to the end, whatever hangs. Milliseconds. */
const stopWithinMs = 18_000

function telemetrySettings(config: Config, role: TelemetrySettings["role"]): TelemetrySettings {
  return {
    role,
    environment: config.ENVIRONMENT,
    version: packageJson.version,
    serviceName: config.OTEL_SERVICE_NAME,
    resourceAttributes: config.OTEL_RESOURCE_ATTRIBUTES,
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    metricIntervalMs: config.OTEL_METRIC_EXPORT_INTERVAL,
    ...telemetrySwitches(config),
    sampler: { name: config.OTEL_TRACES_SAMPLER, arg: config.OTEL_TRACES_SAMPLER_ARG },
    logLevel: config.LOG_LEVEL,
    trustIncomingContext: config.TRUST_INCOMING_CONTEXT,
  }
}

async function migrate(): Promise<void> {
  const { migrate: run } = await import("./db/migrate.ts")
  await run(ownerDatabaseUrl().reveal())
}

async function verifyEvents(args: readonly string[]): Promise<void> {
  const { verifyEventsCommand } = await import("./events/command.ts")
  if (!(await verifyEventsCommand(loadConfig(), args))) process.exitCode = 1
}

async function token(args: readonly string[]): Promise<void> {
  const { tokenCommand } = await import("./tokens/command.ts")
  if (!(await tokenCommand(() => loadConfig().DATABASE_URL, args))) process.exitCode = 1
}

async function serve(config: Config, role: TelemetrySettings["role"]): Promise<void> {
  const telemetry = startTelemetry(telemetrySettings(config, role))
  if (!config.OTEL_ENABLED || !config.OTEL_METRICS_ENABLED)
    log.warn("OTEL_ENABLED and OTEL_METRICS_ENABLED are understood: prefer OTEL_SDK_DISABLED and OTEL_METRICS_EXPORTER")
  const { runApi, runWorker } = await import("./run.ts")
  const version = packageJson.version
  const running = await (role === "api" ? runApi : runWorker)(config, telemetry, version)
  closeWithGrace({ delay: stopWithinMs + 1_000 }, async ({ signal, err }) => {
    if (err) log.fatal("unexpected end", { error: err })
    else log.info("stopping", { signal })
    await running.stop(stopWithinMs)
  })
}

const role = process.argv[2]
try {
  if (role === "migrate") await migrate()
  else if (role === "verify-events") await verifyEvents(process.argv.slice(3))
  else if (role === "token") await token(process.argv.slice(3))
  else if (role === "api" || role === "worker") await serve(loadConfig(), role)
  else throw new Error("say what to run: api, worker, migrate, verify-events or token")
} catch (error) {
  log.fatal("could not start", { role, error })
  process.exit(1)
}
