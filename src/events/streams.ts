import type { Database } from "../db/client.ts"
import { AppError } from "../lib/errors.ts"
import { metrics } from "../telemetry/metrics.ts"
import { EventFeed } from "./feed.ts"
import { headPosition, readEvents } from "./read.ts"
import type { Subscription } from "./subscription.ts"
import type { EventFilter, EventPage, EventStream, PositionedEvent } from "./types.ts"

export interface StreamOptions {
  /** How long a client hears nothing at most. */
  readonly idleMs?: number
  /** A stream ends after that long, so that its client shows its token again. */
  readonly longestMs?: number
  /** Clients of this process at most. */
  readonly mostClients?: number
  /** How long a client may take for what it was sent before its stream ended. */
  readonly farewellMs?: number
}

type Settings = Required<StreamOptions>

/** Events read at a time. */
const pageSize = 500

const retryAfterSeconds = 5

/** All streams of this process. */
export class EventStreams {
  readonly #db: Database
  readonly #settings: Settings
  readonly #feed: EventFeed
  readonly #open = new Set<Stream>()
  #closed = false

  constructor(db: Database, options: StreamOptions = {}) {
    this.#db = db
    this.#settings = { idleMs: 15_000, longestMs: 600_000, mostClients: 500, farewellMs: 1_000, ...options }
    this.#feed = new EventFeed({ read: (after) => readEvents(db, { filter: {}, after, limit: pageSize }) })
  }

  /** To be called when positions were given. */
  readonly wake = (): void => this.#feed.wake()

  /** Begins behind a position, or with what comes from now on. Throws AppError `unavailable` when there are too many. */
  async open(filter: EventFilter, after: number | undefined): Promise<EventStream> {
    const begin = after ?? (await headPosition(this.#db))
    if (this.#open.size >= this.#settings.mostClients)
      throw new AppError("unavailable", "Too many clients listen here.", { retryAfterSeconds })
    const read = (position: number) => readEvents(this.#db, { filter, after: position, limit: pageSize })
    const stream = new Stream({ feed: this.#feed, filter, read, settings: this.#settings }, begin, () => {
      if (this.#open.delete(stream)) metrics.sseClients.add({}, -1)
    })
    this.#open.add(stream)
    metrics.sseClients.add({}, 1)
    if (this.#closed) stream.end()
    return stream
  }

  /** Ends all streams, those too that are opened later: their clients come again, to another process. */
  close(): void {
    this.#closed = true
    for (const stream of this.#open) stream.end()
    this.#feed.close()
  }
}

interface Source {
  readonly feed: EventFeed
  readonly filter: EventFilter
  readonly read: (after: number) => Promise<EventPage>
  readonly settings: Settings
}

/** First what was missed, page by page as fast as the client takes it; then what comes. */
class Stream implements EventStream {
  readonly begin: number
  readonly #source: Source
  readonly #onClose: () => void
  readonly #gone = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []
  #position: number
  #live: Subscription | undefined
  #liveFrom = 0
  #ended = false

  constructor(source: Source, position: number, onClose: () => void) {
    this.#source = source
    this.begin = position
    this.#position = position
    this.#onClose = onClose
    this.#after(source.settings.longestMs, () => this.end())
  }

  get gone(): AbortSignal {
    return this.#gone.signal
  }

  async next(): Promise<readonly PositionedEvent[] | "idle" | "end"> {
    while (!this.#ended) {
      const events =
        this.#live && this.#position >= this.#liveFrom ? await this.#take(this.#live) : await this.#replay()
      if (events !== undefined) return events
    }
    return "end"
  }

  end(): void {
    this.#ended = true
    this.#live?.end()
    this.#after(this.#source.settings.farewellMs, () => this.#cut())
  }

  close(): void {
    this.#ended = true
    for (const timer of this.#timers) clearTimeout(timer)
    if (this.#live) this.#source.feed.unsubscribe(this.#live)
    this.#live?.end()
    this.#onClose()
  }

  /** A page of what was missed; undefined when there is none, and then the client is live. */
  async #replay(): Promise<readonly PositionedEvent[] | undefined> {
    const { feed, filter, read } = this.#source
    const { items, next } = await read(this.#position)
    this.#position = next
    if (items.length < pageSize && this.#live === undefined && !this.#ended) {
      const { subscription, from } = feed.subscribe(filter, next, () => this.#cut())
      this.#live = subscription
      this.#liveFrom = from
    }
    return items.length > 0 ? items : undefined
  }

  async #take(live: Subscription): Promise<readonly PositionedEvent[] | "idle" | undefined> {
    const taken = await live.take(this.#source.settings.idleMs)
    if (taken === undefined) return undefined
    if (taken.length === 0) return "idle"
    const events = taken.filter(({ position }) => position > this.#position) // the others were read before
    this.#position = events.at(-1)?.position ?? this.#position
    return events.length > 0 ? events : undefined
  }

  #cut(): void {
    this.#gone.abort()
    this.close()
  }

  #after(ms: number, work: () => void): void {
    this.#timers.push(setTimeout(work, ms).unref())
  }
}
