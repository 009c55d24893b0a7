import { type ExportResult, ExportResultCode, hrTimeToMicroseconds } from "@opentelemetry/core"
import type { Histogram as HistogramValue, PushMetricExporter, ResourceMetrics } from "@opentelemetry/sdk-metrics"
import type postgres from "postgres"
import { bounded, counter, histogram, inboxColumns, type MetricPoint } from "./definition.ts"
import type { FailingPart } from "./failures.ts"
import { type Durable, type DurableOptions, startDurable } from "./index.ts"

export const rings = ["LAB", "GLOBAL"] as const

/** Its series begin with their first point. */
export const outcomes = counter({
  name: "outcomes",
  unit: "{deployment}",
  description: "Terminal outcomes",
  attributes: { app_name: bounded, ring: rings },
})

/** Its series are known, and begin at zero. */
export const promotions = counter({
  name: "promotions",
  unit: "{promotion}",
  description: "Promotions",
  attributes: { ring: rings },
})

export const durations = histogram({
  name: "durations",
  unit: "s",
  description: "How long it took",
  boundaries: [1, 5, 10],
  attributes: { app_name: bounded },
})

export const instruments = [outcomes, promotions, durations]

/** Writes the points of one transition, as the transaction that makes them true does. */
export async function record(
  sql: postgres.Sql | postgres.TransactionSql,
  points: readonly MetricPoint[],
): Promise<void> {
  const { instruments: names, attributes, vals } = inboxColumns(points)
  await sql`INSERT INTO metric_inbox (instruments, attributes, vals) VALUES (${names}, ${attributes}, ${vals})`
}

/** A series as a Collector holds it; times in microseconds. */
export interface Held {
  readonly value: number | HistogramValue
  readonly startMicros: number
  readonly endMicros: number
}

/** Stands in for the Collector: keeps the newest point of each series and notes every value that stepped down. */
export class Receiver implements PushMetricExporter {
  readonly held = new Map<string, Held>()
  /** Series whose value went down, and series whose start changed. */
  readonly faults: string[] = []
  readonly requests: ResourceMetrics[] = []
  state: "up" | "down" | "hanging" = "up"
  /** Requests that came while it hung; called, each is answered as the state then is. */
  readonly unanswered: (() => void)[] = []
  /** What the Collector does: a point older than the one it has is dropped. */
  readonly #dropsOlder: boolean

  constructor(options: { readonly dropsOlder: boolean } = { dropsOlder: true }) {
    this.#dropsOlder = options.dropsOlder
  }

  export(metrics: ResourceMetrics, done: (result: ExportResult) => void): void {
    this.requests.push(metrics)
    if (this.state === "hanging") {
      this.unanswered.push(() => this.export(metrics, done))
      return
    }
    if (this.state === "down") {
      done({ code: ExportResultCode.FAILED, error: new Error("refused") })
      return
    }
    this.take(metrics)
    done({ code: ExportResultCode.SUCCESS })
  }

  take(metrics: ResourceMetrics): void {
    for (const { descriptor, dataPoints } of metrics.scopeMetrics.flatMap((scope) => scope.metrics))
      for (const { attributes, value, startTime, endTime } of dataPoints)
        this.#keep(`${descriptor.name} ${JSON.stringify(attributes)}`, {
          value: value as number | HistogramValue,
          startMicros: hrTimeToMicroseconds(startTime),
          endMicros: hrTimeToMicroseconds(endTime),
        })
  }

  value(name: string, attributes: Readonly<Record<string, string>>): number | HistogramValue | undefined {
    return this.held.get(`${name} ${JSON.stringify(attributes)}`)?.value
  }

  #keep(series: string, next: Held): void {
    const last = this.held.get(series)
    if (last !== undefined && this.#dropsOlder && next.endMicros < last.endMicros) return
    if (last !== undefined && total(next) < total(last)) this.faults.push(`${series} stepped down`)
    if (last !== undefined && next.startMicros !== last.startMicros) this.faults.push(`${series} began anew`)
    this.held.set(series, next)
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

function total({ value }: Held): number {
  return typeof value === "number" ? value : value.count
}

export interface Candidate extends Durable {
  readonly receiver: Receiver
  /** Every failure, by its part. */
  readonly counted: FailingPart[]
  /** What would have been logged. */
  readonly logged: string[]
  /** Moves this process' clock, which otherwise stands still. */
  wait(ms: number): void
}

/** A process that takes part; it folds and exports when it is told to flush, and no sooner. */
export function candidate(
  url: string,
  options: Partial<DurableOptions> & { readonly receiver?: Receiver } = {},
): Candidate {
  const { receiver = new Receiver(), ...others } = options
  const counted: FailingPart[] = []
  const logged: string[] = []
  let nowMs = 0
  const durable = startDurable({
    url,
    instruments,
    observed: [],
    environment: "test",
    exporter: receiver,
    failures: {
      count: (part) => counted.push(part),
      log: (part, error, times) => logged.push(`${part} ×${times}: ${String(error)}`),
    },
    exportIntervalMs: 60_000,
    observeIntervalMs: 0,
    nowMs: () => nowMs,
    ...others,
  })
  return {
    ...durable,
    receiver,
    counted,
    logged,
    wait: (ms) => {
      nowMs += ms
    },
  }
}

/** Ends the session of whoever is elected; true when there was one. */
export async function killElected(sql: postgres.Sql): Promise<boolean> {
  const killed = await sql`
    SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
  return killed.length > 0
}

/** Waits for a condition that other work brings about; throws when it does not come true in time. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`)
    await new Promise(setImmediate)
  }
}
