import type { ConnectorErrorType, ConnectorType } from "../connectors/types.ts"
import type { Event } from "../events/types.ts"

/** One vocabulary for table, API, events and labels. The gauge counts ISOLATED as OPEN. */
export const breakerStates = ["CLOSED", "OPEN", "HALF_OPEN", "ISOLATED"] as const
export type BreakerStateName = (typeof breakerStates)[number]

/** The failures that count: being throttled is an answer, and what is permanent will not pass by waiting. */
export const countedErrorTypes = [
  "timeout",
  "network",
  "server",
  "malformed",
] as const satisfies readonly ConnectorErrorType[]
export type CountedErrorType = (typeof countedErrorTypes)[number]

/** Which way a breaker can go from each state. */
export const breakerTransitions = {
  CLOSED: ["OPEN", "ISOLATED"],
  OPEN: ["HALF_OPEN", "CLOSED", "ISOLATED"],
  HALF_OPEN: ["OPEN", "CLOSED", "ISOLATED"],
  ISOLATED: ["CLOSED"],
} as const satisfies Record<BreakerStateName, readonly BreakerStateName[]>

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

/** A breaker as it is served. */
export interface CircuitBreaker {
  /** The back end's configured name. */
  readonly service: string
  readonly connectorType: ConnectorType
  readonly state: BreakerStateName
  /** Failures that counted since the last success. */
  readonly failures: number
  /** When it last left CLOSED; null while it is closed. */
  readonly openedAt: Date | null
  /** Seconds until a call may be tried; null when calls are let through, and when only a reset will let them. */
  readonly retryAfterSeconds: number | null
  /** Why it was isolated. */
  readonly reason: string | null
  /** Its newest events, the newest first. */
  readonly history: readonly Event[]
}
