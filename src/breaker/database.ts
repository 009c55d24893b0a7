import { setTimeout as pause } from "node:timers/promises"
import { whenAvailable } from "../db/errors.ts"
import { AppError } from "../lib/errors.ts"
import { withDeadline } from "../lib/lifecycle.ts"
import { log } from "../telemetry/log.ts"
import { metrics } from "../telemetry/metrics.ts"

export interface DatabaseBreakerOptions {
  /** Whether the database answers; asked past the breaker. Never rejects. */
  readonly answers: () => Promise<boolean>
  /** So many failures, one after the other, open it. */
  readonly failureThreshold?: number
  /** Work on the database that takes longer has failed. Above the 5 s for which a twin waits for the first of its kind. */
  readonly deadlineMs?: number
  /** How often it is asked while the breaker is open. */
  readonly pingEveryMs?: number
}

/**
 * The database's own circuit breaker, one in each process: its state cannot be kept in what it guards. When the database
 * hangs, callers are told so at once instead of waiting one after the other; a ping finds out when it is back.
 */
export class DatabaseBreaker {
  readonly #options: Required<DatabaseBreakerOptions>
  #failures = 0
  #open = false

  constructor(options: DatabaseBreakerOptions) {
    this.#options = { failureThreshold: 10, deadlineMs: 7_000, pingEveryMs: 1_000, ...options }
  }

  /** Runs work on the database. Throws AppError `unavailable` when it is away, hangs, or is known to. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#open) throw refusal()
    try {
      const value = await whenAvailable(() => withDeadline("the database", this.#options.deadlineMs, work()))
      this.#failures = 0
      return value
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.kind === "unavailable") this.#failed()
      else this.#failures = 0 // what it refuses it has answered
      throw thrown
    }
  }

  #failed(): void {
    this.#failures += 1
    if (this.#open || this.#failures < this.#options.failureThreshold) return
    this.#open = true
    log.warn("database circuit breaker opened", { failures: this.#failures })
    void this.#closeWhenItAnswers()
  }

  async #closeWhenItAnswers(): Promise<void> {
    do await pause(this.#options.pingEveryMs, undefined, { ref: false })
    while (!(await this.#options.answers()))
    this.#failures = 0
    this.#open = false
    log.info("database circuit breaker closed")
  }
}

function refusal(): AppError {
  metrics.circuitBreakerRejected.add({ service: "database", connector_type: "database" })
  return new AppError("unavailable", "The database does not answer.", { retryAfterSeconds: 1 })
}
