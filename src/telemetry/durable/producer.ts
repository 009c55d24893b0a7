import type { Resource } from "@opentelemetry/resources"
import type { CollectionResult, MetricData, MetricProducer } from "@opentelemetry/sdk-metrics"
import type postgres from "postgres"
import { withDeadline } from "../../lib/lifecycle.ts"
import type { DurableInstrument } from "./definition.ts"
import type { Election, Session } from "./election.ts"
import type { Failures } from "./failures.ts"
import { fold, readPoints } from "./fold.ts"
import { hrTime } from "./metric-data.ts"
import type { Gauges } from "./observed.ts"
import { SeriesBook } from "./series-book.ts"

/** Inbox rows of one statement: some 30 ms. */
const foldLimit = 1_000
/** How long a backlog may be folded before what is known is sent. */
const backlogMs = 500
/** A connection that takes longer than all its statements may is not waited for. */
const databaseDeadlineMs = 20_000
/** An unchanged series is sent again this often: a restarted Collector is whole by the next scrape. */
const resendMs = 5_000
/** Without a version: it is part of a series' key in the Collector, and a new one beside the old freezes the series. */
const scope = { name: "eucora.durable" }

export interface ProducerOptions {
  readonly instance: string
  readonly resource: Resource
  readonly instruments: readonly DurableInstrument[]
  readonly gauges: Gauges
  readonly election: Election
  readonly failures: Failures
  /** Series that one instrument may have. */
  readonly maxSeries: number
  /** Gauges are read at most this often. */
  readonly observeIntervalMs: number
  /** Monotonic milliseconds. */
  readonly nowMs: () => number
  /** How many points may be sent this time. */
  readonly room: () => number
  /** Names what the stored points are of. */
  readonly edition: (sql: postgres.Sql) => Promise<string>
}

/** Each collection folds the inbox and gives what the Collector has to be told; nothing while another process is elected. */
export class DurableProducer implements MetricProducer {
  readonly #options: ProducerOptions
  /** The session that the book was read in. */
  #session: Session | undefined
  #edition = ""
  #book: SeriesBook
  #atMicros = 0
  #observedMs = Number.NEGATIVE_INFINITY

  constructor(options: ProducerOptions) {
    this.#options = options
    this.#book = new SeriesBook(options.instruments)
  }

  /** Never rejects: the reader would log it every second. */
  async collect(): Promise<CollectionResult> {
    const metrics = await this.#gather()
    const { resource } = this.#options
    const scopeMetrics = metrics.length > 0 ? [{ scope, metrics }] : []
    return { errors: [], resourceMetrics: { resource, scopeMetrics } }
  }

  /** After an error nobody knows what the last statement did: the session ends, and the next one reads all points anew. */
  async #gather(): Promise<MetricData[]> {
    const { election, failures } = this.#options
    const { session } = election
    try {
      const work = Promise.race([session.lost, this.#serve(session)])
      return await withDeadline("the database work for durable metrics", databaseDeadlineMs, work)
    } catch (thrown) {
      failures.report("database", thrown)
      await election.resign(session)
      return []
    }
  }

  async #serve(session: Session): Promise<MetricData[]> {
    const { election, nowMs, room } = this.#options
    if (!(await election.stand())) return []
    if (session !== this.#session) await this.#open(session.sql)
    this.#session = session
    await this.#fold(session.sql)
    await this.#reopenIfReplaced(session.sql)
    const gauges = await this.#observe(session.sql)
    return [...this.#book.due(hrTime(this.#atMicros), nowMs() - resendMs, room()), ...gauges]
  }

  /** What was deleted is in the book still. Asked after the fold, so that the book is of one edition when it is sent. */
  async #reopenIfReplaced(sql: postgres.Sql): Promise<void> {
    const edition = await this.#options.edition(sql)
    if (edition !== this.#edition) await this.#open(sql)
    this.#edition = edition
  }

  async #open(sql: postgres.Sql): Promise<void> {
    this.#book = new SeriesBook(this.#options.instruments)
    for await (const points of readPoints(sql, this.#options)) this.#book.apply(points)
  }

  async #fold(sql: postgres.Sql): Promise<void> {
    const { instance, instruments, maxSeries, nowMs } = this.#options
    const book = this.#book
    const endMs = nowMs() + backlogMs
    for (let taken = foldLimit; taken === foldLimit && nowMs() < endMs; ) {
      const folded = await fold(sql, { instance, instruments, full: book.full(maxSeries), limit: foldLimit })
      book.apply(folded.touched)
      this.#atMicros = Math.max(this.#atMicros, folded.atMicros) // a clock set back must not make points look old
      taken = folded.taken
    }
  }

  async #observe(sql: postgres.Sql): Promise<MetricData[]> {
    const { gauges, nowMs, observeIntervalMs } = this.#options
    if (nowMs() - this.#observedMs < observeIntervalMs) return []
    this.#observedMs = nowMs()
    return gauges.read(sql, hrTime(this.#atMicros), this.#observedMs)
  }
}
