import { Hono } from "hono"
import { createApp } from "./api/app.ts"
import type { ApiTelemetry, LinkTargets } from "./api/deps.ts"
import { listen } from "./api/listen.ts"
import { createBreakers } from "./breaker/breakers.ts"
import { listenForChanges } from "./breaker/listen.ts"
import { breakerSettings, type Config, connectorsConfig, rateLimits, telemetrySwitches } from "./config.ts"
import { createConnectors } from "./connectors/create.ts"
import { connect } from "./db/client.ts"
import { demoEdition } from "./demo/edition.ts"
import type { Domain } from "./domain.ts"
import { startEventKeeper } from "./events/keeper.ts"
import { listenForPositions } from "./events/position.ts"
import { sealKey } from "./events/seal-key.ts"
import { EventStreams } from "./events/streams.ts"
import { startPresence } from "./health/presence.ts"
import { databaseAnswers } from "./health/report.ts"
import { systemClock } from "./lib/clock.ts"
import { Lifecycle } from "./lib/lifecycle.ts"
import { prometheusAnswers } from "./rings/query.ts"
import { apiServices } from "./services.ts"
import { taskHandlers } from "./tasks/handlers.ts"
import { createTaskQueue, startBoss } from "./tasks/queue.ts"
import { type Intervals, startSchedule } from "./tasks/schedule.ts"
import { startWorker } from "./tasks/worker.ts"
import { demoCounts, domainCounts } from "./telemetry/domain-counts.ts"
import { demoGauges, domainGauges } from "./telemetry/domain-gauges.ts"
import { startDurable } from "./telemetry/durable/index.ts"
import { setHttpRoute } from "./telemetry/http.ts"
import { log } from "./telemetry/log.ts"
import { metrics } from "./telemetry/metrics.ts"
import type { Telemetry } from "./telemetry/sdk.ts"
import { instrumentSql } from "./telemetry/sql.ts"
import { withCorrelation } from "./telemetry/trace.ts"
import { announceDevelopmentToken, provideAlertmanagerToken } from "./tokens/development.ts"
import { createPages } from "./web/app.ts"

/** A process at work. */
export interface Running {
  /** Stops taking work, lets what is under way end, delivers telemetry. Resolves at the latest after `withinMs`. */
  stop(withinMs: number): Promise<void>
}

type Role = "api" | "worker"

/** The HTTP API. */
export async function runApi(config: Config, telemetry: Telemetry, version: string): Promise<Running> {
  const core = await openCore(config, telemetry, "api")
  const { domain, lifecycle } = core
  const streams = new EventStreams(domain.db)
  await listenForPositions(core.sql, streams.wake)
  const services = apiServices(domain, config, streams, core.stopping)
  if (config.ENVIRONMENT === "development") {
    await announceDevelopmentToken(domain.db, config.DEV_TOKEN_FILE, services.authenticate)
    await provideAlertmanagerToken(domain.db, config.DEV_ALERTMANAGER_TOKEN_FILE, services.authenticate)
  }
  const app = createApp({
    services,
    log,
    links: linkTargets(config),
    version,
    metricsOpen: config.METRICS_PUBLIC,
    telemetry: requestTelemetry,
    rateLimits: rateLimits(config),
    corsOrigins: config.CORS_ORIGINS ?? [],
    pages: (deps, limitToken) => createPages({ ...deps, sessionKey: sealKey(config), clock: systemClock }, limitToken),
  })
  if (telemetrySwitches(config).metrics)
    lifecycle.add("demo metrics", startDemoMetrics(config, telemetry), (open) => open.close())
  const listening = await listen(app, { host: config.API_HOST, port: config.API_PORT })
  lifecycle.add("http", listening, (open) => open.close(httpDrainMs))
  lifecycle.add("event streams", streams, (open) => open.close()) // first, for they would never end by themselves
  log.info("api ready", { port: listening.port, ring_profile: ringProfile(config) })
  return core.running
}

const linkTargets = (config: Config): LinkTargets => ({
  publicUrl: config.PUBLIC_URL,
  jaegerUrl: config.JAEGER_URL,
  grafanaUrl: config.GRAFANA_URL,
})

const requestTelemetry: ApiTelemetry = {
  withCorrelation,
  setHttpRoute,
  authFailure: (reason) => metrics.authFailures.add({ reason }),
  rateLimited: (scope) => metrics.rateLimitRejected.add({ scope }),
}

/** Carries out the tasks; over HTTP it only says whether it lives. */
export async function runWorker(config: Config, telemetry: Telemetry): Promise<Running> {
  const core = await openCore(config, telemetry, "worker")
  const { domain, boss, lifecycle } = core
  lifecycle.add("worker", await startWorker(boss, taskHandlers(domain)), (worker) => worker.stop())
  lifecycle.add("schedule", startSchedule(boss, intervals(config)), (schedule) => schedule.stop())
  const ready = async () => !core.stopping() && (await databaseAnswers(domain.db))
  const probes = new Hono()
    .get("/health/live", (c) => c.json({ status: "alive" }))
    .get("/health/ready", async (c) =>
      (await ready()) ? c.json({ status: "ready" }) : c.json({ status: "not ready" }, 503),
    )
  const listening = await listen(probes, { host: config.WORKER_HOST, port: config.WORKER_PORT })
  lifecycle.add("probes", listening, (open) => open.close(httpDrainMs))
  log.info("worker ready", { port: listening.port, ring_profile: ringProfile(config) })
  return core.running
}

/** How long requests that have begun may take to end. */
const httpDrainMs = 8_000

/** What both kinds of process have: database, queue, connectors, durable metrics, and the way to close them. */
async function openCore(config: Config, telemetry: Telemetry, role: Role) {
  const lifecycle = new Lifecycle()
  let stopping = false
  const url = config.DATABASE_URL.reveal()
  const applicationName = `eucora-${role}`
  lifecycle.add("telemetry", telemetry, (open) => open.shutdown(telemetryFlushMs))
  const instrument = telemetrySwitches(config).disabled ? {} : { instrument: instrumentSql }
  const client = connect({ url, applicationName, max: config.DATABASE_POOL, ...instrument })
  lifecycle.add("database", client, (open) => open.close())
  const onError = (error: Error) => log.warn("queue error", { error })
  const boss = await startBoss({
    url,
    applicationName: `${applicationName}-tasks`,
    supervise: role === "worker",
    onError,
  })
  lifecycle.add("queue", boss, (open) => open.stop({ graceful: true, timeout: queueDrainMs }))
  const { connectors } = lifecycle.add("connectors", createConnectors(connectorsConfig(config)), (open) => open.close())
  lifecycle.add("event keeper", startEventKeeper({ url, key: sealKey(config) }), (open) => open.close())
  lifecycle.add("presence", startPresence(client.db, telemetry.instanceId, role), (open) => open.stop())
  if (telemetrySwitches(config).metrics)
    lifecycle.add("durable metrics", startDurableMetrics(config, telemetry, url), (open) => open.close())
  const breakers = createBreakers({ db: client.db, settings: breakerSettings(config) })
  await listenForChanges(client.sql, breakers)
  const domain: Domain = {
    db: client.db,
    tasks: createTaskQueue(boss),
    connectors,
    breakers,
    ringProfile: ringProfile(config),
    askMetrics: prometheusAnswers(config.PROMETHEUS_URL),
    appLabelLimit: config.APP_LABEL_LIMIT,
    idempotencyHours: config.IDEMPOTENCY_HOURS,
  }
  const running: Running = {
    stop: async (withinMs) => {
      stopping = true
      for (const { name, error } of await lifecycle.close(withinMs)) log.warn("did not close in time", { name, error })
    },
  }
  return { domain, sql: client.sql, boss, lifecycle, running, stopping: () => stopping }
}

const telemetryFlushMs = 2_000
const queueDrainMs = 5_000

function startDurableMetrics(config: Config, telemetry: Telemetry, url: string) {
  return startDurable({
    ...durableBasis(config, telemetry, config.DURABLE_EXPORT_INTERVAL),
    url,
    instruments: domainCounts,
    observed: domainGauges(config.APP_LABEL_LIMIT, ringProfile(config)),
  })
}

/** Nobody waits for demo data. */
const demoExportMs = 5_000

/** Of demo data, under an instance of its own: in those processes alone through which it is made. */
function startDemoMetrics(config: Config, telemetry: Telemetry) {
  return startDurable({
    ...durableBasis(config, telemetry, demoExportMs),
    url: config.DATABASE_URL.reveal(),
    instance: "demo",
    searchPath: "demo, public",
    instruments: demoCounts,
    observed: demoGauges(),
    edition: demoEdition,
  })
}

function durableBasis(config: Config, telemetry: Telemetry, exportIntervalMs: number) {
  return {
    environment: config.ENVIRONMENT,
    exporter: telemetry.exporter(exportIntervalMs),
    exportIntervalMs,
    failures: {
      count: (part) => metrics.durableFailures.add({ part: part === "database" || part === "export" ? part : "gauge" }),
      log: (part, error, times) => log.warn("durable metrics failed", { part, error, times }),
    },
  } satisfies Partial<Parameters<typeof startDurable>[0]>
}

/** How often each task comes round that nobody asks for. */
function intervals(config: Config): Intervals {
  const reconcile = config.RECONCILE_INTERVAL_SECONDS ?? reconcileSeconds[ringProfile(config)]
  return {
    "probe-connectors": config.PROBE_INTERVAL_SECONDS,
    reconcile,
    "start-waiting": startWaitingSeconds,
    "expire-approvals": expireApprovalsSeconds,
    "forget-keys": forgetKeysSeconds,
  }
}

const startWaitingSeconds = 5
const expireApprovalsSeconds = 15
const forgetKeysSeconds = 600
const reconcileSeconds = { demo: 10, production: 300 } as const

/** Seconds instead of hours, unless this is production or was chosen otherwise. */
function ringProfile(config: Config) {
  return config.RING_PROFILE ?? (config.ENVIRONMENT === "development" ? "demo" : "production")
}
