/** When a circuit breaker opens and how it closes again: the same in every process. Times are seconds. */
export interface BreakerSettings {
  /** So many failures that count, one after the other, open it. */
  readonly failureThreshold: number
  /** How long it stays open before one call may try. */
  readonly openSeconds: number
  /** How long that one call has; whoever dies over it is replaced then. */
  readonly leaseSeconds: number
  /** After closing: for so long, */
  readonly recoverySeconds: number
  /** no more than so many calls are let through. */
  readonly recoveryCalls: number
}

export const defaultBreakerSettings: BreakerSettings = {
  failureThreshold: 5,
  openSeconds: 60,
  leaseSeconds: 35, // longer than any call may take, so that a slow one has not lost its lease when it answers
  recoverySeconds: 1,
  recoveryCalls: 5,
}
