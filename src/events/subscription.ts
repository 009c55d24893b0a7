import { setTimeout as pause } from "node:timers/promises"
import { matches } from "./matches.ts"
import type { EventFilter, PositionedEvent } from "./types.ts"

/** Events that wait for one client at most; one that takes them more slowly than they come is dropped. */
const mostWaiting = 1_000

/** The live events of one client, between the reader that brings them and the socket that takes them. */
export class Subscription {
  readonly #filter: EventFilter
  readonly #waiting: PositionedEvent[] = []
  #wake = Promise.withResolvers<void>()
  #ended = false

  constructor(filter: EventFilter) {
    this.#filter = filter
  }

  /** Keeps events until they are taken; false when there are too many of them. */
  push(events: readonly PositionedEvent[]): boolean {
    this.#waiting.push(...events.filter((event) => matches(event, this.#filter)))
    if (this.#waiting.length > mostWaiting) return false
    if (this.#waiting.length > 0) this.#wake.resolve()
    return true
  }

  /** Lets whoever waits know that nothing more will come. */
  end(): void {
    this.#ended = true
    this.#wake.resolve()
  }

  /** Everything that waits; if nothing does, what comes within `ms`; undefined at the end. */
  async take(ms: number): Promise<readonly PositionedEvent[] | undefined> {
    const timer = new AbortController()
    await Promise.race([this.#wake.promise, pause(ms, undefined, timer).catch(() => {})]) // stopped below
    timer.abort()
    if (this.#ended) return undefined
    this.#wake = Promise.withResolvers()
    return this.#waiting.splice(0)
  }
}
