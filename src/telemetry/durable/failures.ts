/** What failed: the database (connection, election, fold), the way to the Collector, or one gauge. */
export type FailingPart = "database" | "export" | `gauge ${string}`

export interface FailureListener {
  /** Called for every failure. */
  count(part: FailingPart): void
  /** Called for the first failure of a part and then once in a while; `times`: failures since the last call, this one included. */
  log(part: FailingPart, error: unknown, times: number): void
}

const silenceMs = 30_000

/** Tells every failure to be counted and a few of them to be logged: a part that is down for hours fails every second. */
export class Failures {
  readonly #listener: FailureListener
  readonly #nowMs: () => number
  readonly #parts = new Map<FailingPart, { loggedMs: number; times: number }>()

  constructor(listener: FailureListener, nowMs: () => number) {
    this.#listener = listener
    this.#nowMs = nowMs
  }

  report(part: FailingPart, error: unknown): void {
    this.#listener.count(part)
    const last = this.#parts.get(part) ?? { loggedMs: Number.NEGATIVE_INFINITY, times: 0 }
    this.#parts.set(part, last)
    last.times++
    if (this.#nowMs() - last.loggedMs < silenceMs) return
    this.#listener.log(part, error, last.times)
    Object.assign(last, { loggedMs: this.#nowMs(), times: 0 })
  }
}
