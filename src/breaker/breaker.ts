import type { Database } from "../db/client.ts"
import { enginePrincipal } from "../lib/principal.ts"
import { currentCorrelation } from "../telemetry/correlation.ts"
import { log } from "../telemetry/log.ts"
import { BreakerOpen } from "./breaker-open.ts"
import { applyInput, type Change } from "./change.ts"
import type { BreakerKey, BreakerRow } from "./row.ts"
import { type BreakerInput, type BreakerState, type CallResult, transition } from "./transition.ts"
import type { BreakerSettings, CountedErrorType } from "./types.ts"

/** A call that was let through. */
export interface Ticket {
  /** Of the state in which it was let through: by it a result that comes late is known. */
  readonly generation: number
  /** Whether it is the one call that tries a broken back end. */
  readonly probe: boolean
  /** How long it may take. */
  readonly withinMs: number
}

/** What came of a call. */
export type Outcome =
  | { readonly result: "failed"; readonly errorType: CountedErrorType }
  | { readonly result: Exclude<CallResult, "failed"> }

export interface BreakerOptions {
  readonly db: Database
  readonly settings: BreakerSettings
  /** The row in memory is trusted for no longer, should the notice of a change be lost. */
  readonly staleAfterMs?: number
}

/** No back end is waited for longer than this. */
const callDeadlineMs = 30_000

/**
 * One process' view of a shared breaker. The row in PostgreSQL decides; what was read of it is kept for as long as nobody
 * says that it changed, so that calls to a healthy back end, and refusals, ask nobody.
 */
export class Breaker {
  readonly #key: BreakerKey
  readonly #options: Required<BreakerOptions>
  /** `atMs` of the process' monotonic clock: wall clocks play no part. */
  #seen: { readonly row: BreakerRow; readonly atMs: number; readonly wakes: number } | undefined
  #wakes = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(key: BreakerKey, options: BreakerOptions) {
    this.#key = key
    this.#options = { staleAfterMs: 5_000, ...options }
  }

  /** The row has changed, or may have. */
  wake(): void {
    this.#wakes++
  }

  /** Lets a call through or throws BreakerOpen. Rejects with the database's error when the row has to be asked and cannot. */
  async admit(): Promise<Ticket> {
    return this.#remembered() ?? this.#inTurn(async () => this.#remembered() ?? (await this.#asked()))
  }

  /** Tells what a call came to. Never rejects: a result that cannot be written is like one that is lost. */
  async settle({ generation }: Ticket, outcome: Outcome): Promise<void> {
    const input = { kind: "result", result: outcome.result, generation } as const
    const errorType = outcome.result === "failed" ? outcome.errorType : undefined
    if (this.#isIdle(input)) return
    try {
      await this.#inTurn(async () => this.#isIdle(input) || (await this.#apply(input, errorType)))
    } catch (error) {
      log.warn("the result of a call did not reach its circuit breaker", { service: this.#key.service, error })
    }
  }

  /** What the caller of a probe is told that failed: what everybody else is told from now on. */
  reopened(cause: unknown): BreakerOpen {
    return new BreakerOpen(this.#key.service, "OPEN", this.#options.settings.openSeconds, cause)
  }

  /** Decides by what is remembered where that is fresh and nothing has to be written; undefined: the row has to be asked. */
  #remembered(): Ticket | undefined {
    const seen = this.#seen
    if (seen === undefined || seen.wakes !== this.#wakes) return undefined
    const ageMs = performance.now() - seen.atMs
    if (ageMs >= this.#options.staleAfterMs) return undefined
    const { state, now } = seen.row
    const step = transition(state, { kind: "call" }, now + ageMs, this.#options.settings)
    if (step.retryAfterSeconds !== undefined) throw this.#refusal(state, step.retryAfterSeconds)
    return step.state === state && state.failures === 0 ? passed(state) : undefined
  }

  async #asked(): Promise<Ticket> {
    const askedMs = performance.now()
    const { after, retryAfterSeconds } = await this.#apply({ kind: "call" })
    if (retryAfterSeconds !== undefined) throw this.#refusal(after.state, retryAfterSeconds)
    if (after.state.kind !== "HALF_OPEN") return passed(after.state)
    // Counted from before the lease was written, so that it ends here first, however long this process stood still.
    const leftMs = askedMs + this.#options.settings.leaseSeconds * 1_000 - performance.now()
    if (leftMs <= 0) throw this.#refusal(after.state, 1)
    return { generation: after.state.generation, probe: true, withinMs: Math.min(leftMs, callDeadlineMs) }
  }

  /** Whether a result is known to change nothing: a success without counted failures, or one of an older state. */
  #isIdle(input: BreakerInput & { readonly kind: "result" }): boolean {
    if (this.#seen === undefined) return false
    const { row, wakes } = this.#seen
    if (row.state.generation > input.generation) return true
    return wakes === this.#wakes && transition(row.state, input, row.now, this.#options.settings).state === row.state
  }

  async #apply(input: BreakerInput, errorType?: CountedErrorType): Promise<Change> {
    const wakes = this.#wakes
    const correlationId = currentCorrelation()?.correlationId ?? this.#key.service
    const cause = { principal: enginePrincipal, correlationId, ...(errorType && { errorType }) }
    const { db, settings } = this.#options
    const change = await applyInput(db, this.#key, settings, input, cause)
    this.#seen = { row: change.after, atMs: performance.now(), wakes }
    return change
  }

  /** One at a time: of many callers in this process one asks the row, and the others go by what it was told. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => {})
    return result
  }

  #refusal({ kind }: BreakerState, retryAfterSeconds: number): BreakerOpen {
    return new BreakerOpen(this.#key.service, kind, retryAfterSeconds)
  }
}

const passed = ({ generation }: BreakerState): Ticket => ({ generation, probe: false, withinMs: callDeadlineMs })
