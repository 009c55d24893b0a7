/** Exponential back-off: doubles from `baseSeconds` up to `capSeconds`. */
export interface Backoff {
  readonly baseSeconds: number
  readonly capSeconds: number
}

/**
 * Seconds to wait after the given failed attempt (0 is the first). `random` in 0 to 1 spreads it over the upper half, so
 * that many who failed together do not come back together.
 */
export function backoffSeconds(attempt: number, { baseSeconds, capSeconds }: Backoff, random: number): number {
  const full = Math.min(capSeconds, baseSeconds * 2 ** Math.min(attempt, 30))
  return full / 2 + (full / 2) * random
}
