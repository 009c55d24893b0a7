/** Where a process takes the time from, so that tests can step it. Facts of the domain take the database's time instead. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number
}

export const systemClock: Clock = { nowMs: () => Date.now() }
