import { RateLimiterMemory } from "rate-limiter-flexible"

export interface BudgetSettings {
  /** How it is called in headers. */
  readonly name: string
  /** So many may be taken in each window. */
  readonly quota: number
  readonly windowSeconds?: number
  /** So many keys have a budget of their own in each window; all further ones share one, so that memory is bounded. */
  readonly mostKeys?: number
}

/** What is left for a key after something was taken. */
export interface Balance {
  readonly exhausted: boolean
  readonly remaining: number
  /** Until the whole quota is there again; whole seconds, at least 1. */
  readonly resetSeconds: number
}

/** No key that a caller can have. */
const everybodyElse = "*"

/**
 * What each key may take in a window that begins with what it takes first. Counted by this process alone. The wall clock
 * can shorten a window when it is set forward, and nothing else: a timer ends every window.
 */
export class Budget {
  readonly name: string
  readonly quota: number
  readonly windowSeconds: number
  readonly #mostKeys: number
  readonly #limiter: RateLimiterMemory
  readonly #known = new Set<string>()
  #forgetAt = 0

  constructor({ name, quota, windowSeconds = 10, mostKeys = 10_000 }: BudgetSettings) {
    this.name = name
    this.quota = quota
    this.windowSeconds = windowSeconds
    this.#mostKeys = mostKeys
    this.#limiter = new RateLimiterMemory({ points: quota, duration: windowSeconds })
  }

  /** Takes from what a key has, also when nothing is left: an exhausted budget stays so until its window ends. */
  async take(key: string, amount = 1): Promise<Balance> {
    const spent = await this.#limiter.penalty(this.#bounded(key), amount) // as consume, but tells instead of throwing
    const seconds = Math.ceil(spent.msBeforeNext / 1_000)
    return {
      exhausted: spent.consumedPoints > this.quota,
      remaining: spent.remainingPoints,
      resetSeconds: Math.min(Math.max(seconds, 1), this.windowSeconds),
    }
  }

  #bounded(key: string): string {
    const now = performance.now()
    if (now >= this.#forgetAt) {
      this.#known.clear()
      this.#forgetAt = now + this.windowSeconds * 1_000
    }
    if (this.#known.has(key)) return key
    if (this.#known.size >= this.#mostKeys) return everybodyElse
    this.#known.add(key)
    return key
  }
}
