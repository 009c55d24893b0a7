import { log } from "../telemetry/log.ts"
import { Subscription } from "./subscription.ts"
import type { EventFilter, EventPage } from "./types.ts"

export interface FeedOptions {
  /** Events behind a position, whatever they are. */
  readonly read: (after: number) => Promise<EventPage>
  /** How often it looks, should a notification get lost. */
  readonly pollMs?: number
}

interface Subscriber {
  readonly subscription: Subscription
  readonly drop: () => void
}

/**
 * Brings new events to all clients of this process: one reader, woken by notifications, reads each position once. It reads
 * only while somebody listens.
 */
export class EventFeed {
  readonly #read: FeedOptions["read"]
  readonly #subscribers = new Set<Subscriber>()
  readonly #timer: NodeJS.Timeout
  #position = 0
  #reading = false
  #again = false

  constructor({ read, pollMs = 1_000 }: FeedOptions) {
    this.#read = read
    this.#timer = setInterval(this.wake, pollMs)
    this.#timer.unref()
  }

  /** Looks for new events now. */
  readonly wake = (): void => {
    this.#again = true
    if (!this.#reading && this.#subscribers.size > 0) void this.#bring()
  }

  /**
   * Begins to bring events to a client that has all up to `position`. Answers from where on they are brought: what lies
   * between the two the client has to read itself. `drop` is called when it is too slow.
   */
  subscribe(filter: EventFilter, position: number, drop: () => void): { subscription: Subscription; from: number } {
    if (this.#subscribers.size === 0 && !this.#reading) this.#position = position
    const subscription = new Subscription(filter)
    this.#subscribers.add({ subscription, drop })
    this.wake()
    return { subscription, from: this.#position }
  }

  unsubscribe(subscription: Subscription): void {
    for (const each of this.#subscribers) if (each.subscription === subscription) this.#subscribers.delete(each)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#subscribers.clear()
  }

  async #bring(): Promise<void> {
    this.#reading = true
    try {
      while (this.#again && this.#subscribers.size > 0) {
        this.#again = false
        const { items, next } = await this.#read(this.#position)
        if (items.length > 0) this.#again = true
        this.#position = next
        for (const subscriber of this.#subscribers) if (!subscriber.subscription.push(items)) this.#drop(subscriber)
      }
    } catch (error) {
      log.debug("new events could not be read", { error }) // it looks again in a second
    } finally {
      this.#reading = false
    }
  }

  #drop(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber)
    subscriber.drop()
  }
}
