import type { BreakerSettings } from "./types.ts"

/** A stretch of time of the database's clock, in milliseconds since 1970. */
interface Period {
  readonly from: number
  readonly until: number
}

interface Common {
  /** Grows with every change of state, so that the result of a call that was let through before is known to be old. */
  readonly generation: number
  /** Failures that counted since the last success. */
  readonly failures: number
}

interface Broken extends Common {
  /** When it last left CLOSED. */
  readonly openedAt: number
}

export interface Closed extends Common {
  readonly kind: "CLOSED"
  /** For a moment after closing: the calls that are still let through in it. */
  readonly recovery: (Period & { readonly left: number }) | null
}

interface Open extends Broken {
  readonly kind: "OPEN"
  readonly period: Period
}

interface HalfOpen extends Broken {
  readonly kind: "HALF_OPEN"
  /** The time that the one call has. */
  readonly lease: Period
}

/** An operator has taken the back end out of service: nothing is tried before a reset. */
interface Isolated extends Broken {
  readonly kind: "ISOLATED"
  readonly reason: string
}

export type BreakerState = Closed | Open | HalfOpen | Isolated

/**
 * What a call came to. answered: the back end is there, whatever it said. failed: a failure that counts. throttled: it
 * is there and wants to be left alone. unknown: it was not asked, or we cannot tell.
 */
export type CallResult = "answered" | "failed" | "throttled" | "unknown"

export type BreakerInput =
  | { readonly kind: "call" }
  | { readonly kind: "result"; readonly result: CallResult; readonly generation: number }
  | { readonly kind: "isolate"; readonly reason: string }
  | { readonly kind: "reset"; readonly reason: string }

export interface Step {
  /** The very same object when nothing changes. */
  readonly state: BreakerState
  /** Of a call that is refused: seconds until it is worth asking again. */
  readonly retryAfterSeconds?: number
}

/**
 * What a breaker does. Pure: state, input and the database's time give the next state.
 *
 *     CLOSED ── threshold failures ──► OPEN ── open period over: one call ──► HALF_OPEN ── it is answered ──► CLOSED
 *                                        ▲                                     │    ▲
 *                                        └────────────── it fails ─────────────┘    └─ lease over: another call
 *
 * An operator's `isolate` leads from everywhere to ISOLATED, `reset` from everywhere to CLOSED.
 */
export function transition(state: BreakerState, input: BreakerInput, now: number, settings: BreakerSettings): Step {
  switch (input.kind) {
    case "call":
      return onCall(state, now, settings)
    case "result":
      return { state: input.generation === state.generation ? onResult(state, input.result, now, settings) : state }
    case "isolate":
      return { state: isolated(state, input.reason, now) }
    case "reset":
      return { state: closed(state, now, settings) }
  }
}

/** Nobody waits longer than this for a probe, in seconds: most are answered long before their lease is over. */
const probePatienceSeconds = 5

function onCall(state: BreakerState, now: number, settings: BreakerSettings): Step {
  switch (state.kind) {
    case "CLOSED":
      return onCallWhenClosed(state, now)
    case "OPEN":
      if (isWithin(state.period, now)) return { state, retryAfterSeconds: secondsLeft(state.period, now) }
      return { state: halfOpen(state, now, settings) }
    case "HALF_OPEN":
      if (!isWithin(state.lease, now)) return { state: halfOpen(state, now, settings) }
      return { state, retryAfterSeconds: Math.min(secondsLeft(state.lease, now), probePatienceSeconds) }
    case "ISOLATED":
      return { state, retryAfterSeconds: settings.openSeconds }
  }
}

function onCallWhenClosed(state: Closed, now: number): Step {
  const { recovery } = state
  if (recovery === null || !isWithin(recovery, now)) return { state }
  if (recovery.left === 0) return { state, retryAfterSeconds: secondsLeft(recovery, now) }
  return { state: { ...state, recovery: { ...recovery, left: recovery.left - 1 } } }
}

function onResult(state: BreakerState, result: CallResult, now: number, settings: BreakerSettings): BreakerState {
  switch (state.kind) {
    case "CLOSED":
      return onResultWhenClosed(state, result, now, settings)
    case "HALF_OPEN":
      if (result === "failed") return opened(state, state.openedAt, now, settings)
      // Nothing was learnt: the next call takes the probe over at once.
      if (result === "unknown") return { ...state, generation: state.generation + 1, lease: { from: now, until: now } }
      return closed(state, now, settings)
    case "OPEN":
    case "ISOLATED":
      return state // lets no calls through, so none of its generation can come back
  }
}

function onResultWhenClosed(state: Closed, result: CallResult, now: number, settings: BreakerSettings): BreakerState {
  if (result === "answered") return state.failures === 0 ? state : { ...state, failures: 0 }
  if (result !== "failed") return state
  if (state.failures + 1 >= settings.failureThreshold) return opened(state, now, now, settings)
  return { ...state, failures: state.failures + 1 }
}

function opened(from: BreakerState, openedAt: number, now: number, settings: BreakerSettings): Open {
  const { generation, failures } = from
  const period = lasting(settings.openSeconds, now)
  return { kind: "OPEN", generation: generation + 1, failures: failures + 1, openedAt, period }
}

function halfOpen(from: Open | HalfOpen, now: number, settings: BreakerSettings): HalfOpen {
  const { generation, failures, openedAt } = from
  const lease = lasting(settings.leaseSeconds, now)
  return { kind: "HALF_OPEN", generation: generation + 1, failures, openedAt, lease }
}

function closed({ generation }: BreakerState, now: number, settings: BreakerSettings): Closed {
  const recovery = { ...lasting(settings.recoverySeconds, now), left: settings.recoveryCalls }
  return { kind: "CLOSED", generation: generation + 1, failures: 0, recovery }
}

function isolated(from: BreakerState, reason: string, now: number): Isolated {
  const { generation, failures } = from
  const openedAt = from.kind === "CLOSED" ? now : from.openedAt
  return { kind: "ISOLATED", generation: generation + 1, failures, openedAt, reason }
}

const lasting = (seconds: number, now: number): Period => ({ from: now, until: now + seconds * 1_000 })
const secondsLeft = ({ until }: Period, now: number) => (until - now) / 1_000

/** The database's clock may be corrected by this much without anybody taking notice. */
const slackMs = 1_000

/** A clock that was set back ends a period too: rather one probe too early than none for an hour. */
function isWithin({ from, until }: Period, now: number): boolean {
  return now < until && now > from - slackMs
}
