import { randomUUID } from "node:crypto"
import { context, DiagLogLevel, diag, metrics, propagation, trace } from "@opentelemetry/api"
import { logs } from "@opentelemetry/api-logs"
import { setGlobalErrorHandler } from "@opentelemetry/core"
import type { Resource } from "@opentelemetry/resources"
import { LoggerProvider } from "@opentelemetry/sdk-logs"
import {
  MeterProvider,
  type MetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics"
import { NodeTracerProvider, type SpanProcessor } from "@opentelemetry/sdk-trace-node"
import type { DestinationStream } from "pino"
import { withDeadline } from "../lib/lifecycle.ts"
import { logBuffer, logProcessor, metricExporter, spanBuffer, spanProcessor } from "./exporters.ts"
import { BorderPropagator } from "./http.ts"
import { instrument } from "./instrumentations.ts"
import { configureLog, type LogLevel, log } from "./log.ts"
import { bindMetrics } from "./metrics.ts"
import { observe } from "./observables.ts"
import { OtlpChannel } from "./otlp.ts"
import { createResource } from "./resource.ts"
import { createSampler, type SamplerName } from "./sampler.ts"
import { bindTracer } from "./tracer.ts"

export interface TelemetrySettings {
  readonly role: "api" | "worker"
  readonly environment: string
  readonly version: string
  /** OTEL_SERVICE_NAME; `eucora-<role>` without it. */
  readonly serviceName?: string | undefined
  /** OTEL_RESOURCE_ATTRIBUTES as it stands: `key=value,key=value`. */
  readonly resourceAttributes: string
  /** The Collector's OTLP/gRPC endpoint, as a URL. */
  readonly endpoint: string
  readonly metricIntervalMs: number
  /** Nothing but logs on standard output. */
  readonly disabled: boolean
  /** Whether metrics, and whether spans, leave the process. */
  readonly metrics: boolean
  readonly traces: boolean
  /** `arg`: the share of traces that is kept, 0 to 1. */
  readonly sampler: { readonly name: SamplerName; readonly arg: number }
  readonly logLevel: LogLevel
  /** Whether every caller of our ports is our own, so that their traces are continued. */
  readonly trustIncomingContext: boolean
}

export interface Telemetry {
  /** `service.instance.id` of this process. */
  readonly instanceId: string
  /** For providers with a resource of their own (durable series): shares the connection and the count of failures. */
  exporter(intervalMs: number): PushMetricExporter
  /** Delivers what is there and stops. Resolves at the latest after `deadlineMs`, whatever the Collector does. */
  shutdown(deadlineMs: number): Promise<void>
}

/** What tests put beside the real thing, or in its place. */
export interface TelemetryOverrides {
  readonly spanProcessors?: readonly SpanProcessor[]
  readonly metricReaders?: readonly MetricReader[]
  readonly logDestination?: DestinationStream
}

/**
 * Sets telemetry up for this process: call it first, once. Never throws for a Collector that is not there.
 * Logs, metrics and spans share one connection; each is bounded and counted on its own.
 */
export function startTelemetry(settings: TelemetrySettings, overrides: TelemetryOverrides = {}): Telemetry {
  const instanceId = randomUUID()
  const serviceName = settings.serviceName ?? `eucora-${settings.role}`
  const { role, version, environment } = settings
  configureLog({
    level: settings.logLevel,
    identity: { service_name: serviceName, role, version, environment },
    ...(overrides.logDestination && { destination: overrides.logDestination }),
  })
  const channel = new OtlpChannel(settings.endpoint, (change, detail) => {
    if (change === "lost") log.warn("Collector lost", { endpoint: settings.endpoint, detail })
    else log.info("Collector found again", { endpoint: settings.endpoint })
  })
  const exporter = (intervalMs: number): PushMetricExporter => metricExporter(channel, settings.endpoint, intervalMs)
  if (settings.disabled) return { instanceId, exporter, shutdown: async () => channel.close() }
  const resource = createResource({ role, serviceName, instanceId, environment, version }, settings.resourceAttributes)
  return { instanceId, exporter, shutdown: start(settings, resource, channel, overrides) }
}

/** A Collector known to be away gets one more chance, not the whole deadline. Milliseconds. */
const farewellMs = 200

/** Registers the providers, then the instrumentations; returns how to stop them. */
function start(
  settings: TelemetrySettings,
  resource: Resource,
  channel: OtlpChannel,
  { spanProcessors = [], metricReaders = [] }: TelemetryOverrides,
): Telemetry["shutdown"] {
  quieten()
  const spans = spanBuffer(channel)
  const records = logBuffer(channel)
  const sampler = createSampler(settings.traces ? settings.sampler.name : "always_off", settings.sampler.arg)
  const processors = [spanProcessor((span) => spans.offer(span)), ...spanProcessors]
  const tracers = new NodeTracerProvider({ resource, sampler, spanProcessors: processors })
  tracers.register({ propagator: new BorderPropagator({ trustIncoming: settings.trustIncomingContext }) })
  bindTracer(tracers.getTracer("eucora"))
  logs.setGlobalLoggerProvider(
    new LoggerProvider({ resource, processors: [logProcessor((record) => records.offer(record))] }),
  )
  const meters = meterProvider(resource, [
    ...(settings.metrics ? [periodicReader(channel, settings)] : []),
    ...metricReaders,
  ])
  bindMetrics(meters.getMeter("eucora"))
  observe(meters.getMeter("eucora"), {
    spansQueued: () => spans.queued,
    spansDropped: () => spans.dropped,
    logsDropped: () => records.dropped,
    exportsFailed: () => channel.failures,
  })
  const undo = instrument({ trustIncoming: settings.trustIncomingContext })
  return async (deadlineMs) => {
    const within = channel.reachable ? deadlineMs : Math.min(deadlineMs, farewellMs)
    const flushed = withDeadline("metrics", within, meters.shutdown())
    await Promise.allSettled([flushed, spans.close(within), records.close(within)])
    if (spans.dropped > 0) log.warn("spans were dropped", { count: spans.dropped })
    undo()
    for (const api of [trace, context, propagation, metrics, logs, diag]) api.disable()
    channel.close()
  }
}

function periodicReader(channel: OtlpChannel, { endpoint, metricIntervalMs }: TelemetrySettings): MetricReader {
  return new PeriodicExportingMetricReader({
    exporter: metricExporter(channel, endpoint, metricIntervalMs),
    exportIntervalMillis: metricIntervalMs,
    exportTimeoutMillis: metricIntervalMs,
    maxExportBatchSize: 5_000, // larger messages are refused by the Collector
  })
}

function meterProvider(resource: Resource, readers: MetricReader[]): MeterProvider {
  const provider = new MeterProvider({ resource, readers })
  metrics.setGlobalMeterProvider(provider)
  return provider
}

/** The SDK's own complaints go to our log; what a silent Collector causes is told once, by the channel. */
function quieten(): void {
  const tell =
    (level: "debug" | "warn" | "error") =>
    (message: string, ...details: unknown[]) =>
      log[level]("OpenTelemetry", { message, details })
  const debug = tell("debug")
  const logger = { error: tell("error"), warn: tell("warn"), info: debug, debug, verbose: debug }
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  setGlobalErrorHandler((error) => debug(typeof error === "string" ? error : (error.message ?? "error")))
}
