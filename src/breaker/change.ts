import type { Database, Transaction } from "../db/client.ts"
import { appendEvents, type NewEvent } from "../events/append.ts"
import type { EventType } from "../events/types.ts"
import { circuitBreakerFailures, circuitBreakerTransitions } from "../telemetry/domain-counts.ts"
import type { MetricPoint } from "../telemetry/durable/definition.ts"
import { log } from "../telemetry/log.ts"
import { addSpanEvent } from "../telemetry/trace.ts"
import { type BreakerKey, type BreakerRow, readBreaker, swapBreaker } from "./row.ts"
import { type BreakerInput, type BreakerState, type Step, transition } from "./transition.ts"
import type { BreakerSettings, CountedErrorType } from "./types.ts"

/** Who or what an input comes from, for events and points. */
export interface Cause {
  readonly principal: string
  readonly correlationId: string
  /** Of a failure that counts. */
  readonly errorType?: CountedErrorType
}

/** What came of an input: the row as it was when it was decided on, and as it is now. */
export interface Change {
  readonly before: BreakerRow
  readonly after: BreakerRow
  /** Of a call that is refused. */
  readonly retryAfterSeconds?: number | undefined
}

/**
 * Puts an input to the shared breaker: reads the row, asks the rule, and writes what it says together with its event and
 * points, unless somebody else has written meanwhile: then anew, from what is there now. Of many who try at the same
 * moment one succeeds, so the loop comes to an end.
 */
export async function applyInput(
  db: Database,
  key: BreakerKey,
  settings: BreakerSettings,
  input: BreakerInput,
  cause: Cause,
): Promise<Change> {
  for (;;) {
    const before = await readBreaker(db, key)
    const step = transition(before.state, input, before.now, settings)
    const { retryAfterSeconds } = step
    if (step.state === before.state) return { before, after: before, retryAfterSeconds }
    const after = await write(db, before, step, input, cause)
    if (after === undefined) continue
    tell(before, after.state)
    return { before, after, retryAfterSeconds }
  }
}

/** One statement where there is nothing to tell; else one transaction of row, event and points. */
function write(
  db: Database,
  before: BreakerRow,
  { state }: Step,
  input: BreakerInput,
  cause: Cause,
): Promise<BreakerRow | undefined> {
  const events = eventsOf(before, state, input, cause)
  const points = pointsOf(before, state, cause)
  if (events.length + points.length === 0) return swapBreaker(db, before, state)
  return db.transaction(async (tx: Transaction) => {
    const after = await swapBreaker(tx, before, state)
    const { principal, correlationId } = cause
    const context = { subjectType: "connector", subjectId: before.id, principal, correlationId } as const
    if (after !== undefined) await appendEvents(tx, context, events, points)
    return after
  })
}

function eventsOf(before: BreakerRow, after: BreakerState, input: BreakerInput, cause: Cause): NewEvent[] {
  const type = eventTypeOf(before.state, after, input)
  if (type === undefined) return []
  const { service, connectorType } = before
  const { errorType } = cause
  const reason = "reason" in input ? input.reason : undefined
  const from = before.state.kind
  return [{ type, data: { service, connectorType, from, failures: after.failures, errorType, reason } }]
}

/** That one call is let through to try is no event: what comes of it is. */
function eventTypeOf(before: BreakerState, after: BreakerState, input: BreakerInput): EventType | undefined {
  if (input.kind === "isolate") return "BREAKER_ISOLATED"
  if (input.kind === "reset") return "BREAKER_RESET"
  if (before.kind === after.kind) return undefined
  if (after.kind === "OPEN") return "BREAKER_OPENED"
  return after.kind === "CLOSED" ? "BREAKER_CLOSED" : undefined
}

function pointsOf({ service, connectorType, state: from }: BreakerRow, to: BreakerState, cause: Cause): MetricPoint[] {
  const labels = { service, connector_type: connectorType }
  const points: MetricPoint[] = []
  if (cause.errorType !== undefined)
    points.push(circuitBreakerFailures.add(1, { ...labels, error_type: cause.errorType }))
  if (from.kind !== to.kind) points.push(circuitBreakerTransitions.add(1, { ...labels, from: from.kind, to: to.kind }))
  return points
}

/** On the span of the call that caused it, and in the log. */
function tell({ service, state: { kind: from } }: BreakerRow, { kind: to, failures }: BreakerState): void {
  if (from === to) return
  addSpanEvent("circuit_breaker.transition", {
    "eucora.circuit_breaker": service,
    "eucora.from": from,
    "eucora.to": to,
  })
  log[to === "OPEN" || to === "ISOLATED" ? "warn" : "info"]("circuit breaker changed", { service, from, to, failures })
}
