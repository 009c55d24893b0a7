import { resourceFromAttributes } from "@opentelemetry/resources"
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from "@opentelemetry/sdk-metrics"
import type postgres from "postgres"
import { withDeadline } from "../../lib/lifecycle.ts"
import type { DurableInstrument, Observed } from "./definition.ts"
import { Delivery } from "./delivery.ts"
import { Election } from "./election.ts"
import { type FailureListener, Failures } from "./failures.ts"
import { Gauges } from "./observed.ts"
import { DurableProducer } from "./producer.ts"

export interface DurableOptions {
  /** The application role's database; a direct session, not through a transaction pooler. */
  readonly url: string
  readonly instruments: readonly DurableInstrument[]
  readonly observed: readonly Observed[]
  readonly environment: string
  /** Cumulative, with a time limit of its own that is shorter than `exportIntervalMs` where that is possible. */
  readonly exporter: PushMetricExporter
  readonly failures: FailureListener
  readonly exportIntervalMs?: number
  readonly observeIntervalMs?: number
  /** Series that one instrument may have; points of further ones are summed in one overflow series. */
  readonly maxSeries?: number
  /** `demo` for demo data, so that clearing it removes its own series. */
  readonly instance?: "durable" | "demo"
  /** Where gauges find their tables; the role's own without it. */
  readonly searchPath?: string
  /** Names what the stored points are of: when it says something else than before, all of them are read anew. */
  readonly edition?: (sql: postgres.Sql) => Promise<string>
  /**
   * How long `flush` and `close` may take; a Collector that hangs keeps nobody from stopping, for what was not sent is
   * stored, and sent by the next process.
   */
  readonly deadlineMs?: number
  /** Monotonic milliseconds. */
  readonly nowMs?: () => number
}

export interface Durable {
  /** Whether this process is the one that folds and exports. */
  elected(): boolean
  /** Folds and exports now, if this process is elected. */
  flush(): Promise<void>
  /** A last fold and export, then leaves office, so that another process takes over within its next interval. */
  close(): Promise<void>
}

/** Serialising this many histograms takes a few milliseconds, and a request of them stays far below gRPC's 4 MiB. */
const batchSize = 1_000

/**
 * Starts a candidate: runs in every process, and one of them is elected to fold the inbox and to export all durable and
 * observed series. Neither throws nor rejects when the database or the Collector is away; both are tried every interval.
 */
export function startDurable(options: DurableOptions): Durable {
  const { instruments, instance = "durable", exportIntervalMs = 1_000, observeIntervalMs = 5_000 } = options
  const { nowMs = () => performance.now(), maxSeries = 10_000, deadlineMs = 3_000 } = options
  const failures = new Failures(options.failures, nowMs)
  const election = new Election({
    url: options.url,
    office: `durable metrics of ${instance}`,
    intervalMs: exportIntervalMs,
    searchPath: options.searchPath,
  })
  const resource = durableResource(instance, options.environment)
  const delivery = new Delivery({ exporter: options.exporter, failures, nowMs, batchSize })
  const producer = new DurableProducer({
    ...{ instance, resource, instruments, election, failures, maxSeries, observeIntervalMs, nowMs },
    gauges: new Gauges(options.observed, failures),
    edition: options.edition ?? (async () => ""),
    room: () => delivery.begin(),
  })
  const reader = new PeriodicExportingMetricReader({
    exporter: delivery,
    metricProducers: [producer],
    exportIntervalMillis: exportIntervalMs,
    exportTimeoutMillis: exportIntervalMs,
    maxExportBatchSize: batchSize,
  })
  const provider = new MeterProvider({ resource, readers: [reader] })
  const inTime = (what: string, work: Promise<void>) =>
    withDeadline(what, deadlineMs, work).catch((thrown: unknown) => failures.report("export", thrown))
  return {
    elected: () => election.elected,
    flush: () => inTime("the flush of the durable metrics", provider.forceFlush()),
    close: async () => {
      await inTime("the last export of the durable metrics", provider.shutdown())
      await election.close()
    },
  }
}

/** The same for every process and version, so that neither a hand-over nor an upgrade makes a new series. */
function durableResource(instance: string, environment: string) {
  return resourceFromAttributes({
    "service.namespace": "eucora",
    "service.name": "eucora-control-plane",
    "service.instance.id": instance,
    "deployment.environment.name": environment,
    "eucora.role": instance,
  })
}
