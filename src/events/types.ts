export const eventTypes = [
  "DEPLOYMENT_CREATED",
  "RISK_ASSESSED",
  "CAB_SUBMITTED",
  "CAB_APPROVED",
  "CAB_REJECTED",
  "DEPLOYMENT_APPROVED",
  "DEPLOYMENT_WAITING",
  "DEPLOYMENT_STARTED",
  "RING_STARTED",
  "GATE_EVALUATED",
  "RING_PROMOTED",
  "DEPLOYMENT_HELD",
  "DEPLOYMENT_RESUMED",
  "INCIDENT_REPORTED",
  "DEPLOYMENT_COMPLETED",
  "DEPLOYMENT_FAILED",
  "ROLLBACK_INITIATED",
  "ROLLBACK_COMPLETED",
  "DEPLOYMENT_CANCELLED",
  "POLICY_CHANGED",
  "TOKEN_CREATED",
  "TOKEN_REVOKED",
  "DEMO_DATA_SEEDED",
  "DEMO_DATA_CLEARED",
  "BREAKER_OPENED",
  "BREAKER_CLOSED",
  "BREAKER_ISOLATED",
  "BREAKER_RESET",
  "CONNECTOR_UNHEALTHY",
  "CONNECTOR_RECOVERED",
  "DRIFT_DETECTED",
  "ALERT_FIRING",
  "ALERT_RESOLVED",
] as const
export type EventType = (typeof eventTypes)[number]

/** Whose stories are told. A connector's subject is its circuit breaker's row. */
export const eventSubjects = ["deployment", "principal", "connector", "alert"] as const

/**
 * An audit event as it is served. `sequence` counts from 1 within its subject; `hash` chains it to the event before, and is
 * null of demo data alone.
 */
export interface Event {
  readonly id: string
  readonly type: EventType
  readonly subjectType: (typeof eventSubjects)[number]
  readonly subjectId: string
  readonly sequence: number
  readonly at: Date
  readonly principal: string
  readonly correlationId: string
  readonly traceId: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly previousHash: string | null
  readonly hash: string | null
}

/** An event at its place among all events. */
export interface PositionedEvent extends Event {
  /** Counts from 1 without gaps, in the order of the commits as they were seen; behind every event of its chain before it. */
  readonly position: number
}

/** Which events are meant: those that fit everything that is given. */
export interface EventFilter {
  readonly type?: EventType | undefined
  readonly subjectType?: Event["subjectType"] | undefined
  readonly subjectId?: string | undefined
}

export interface EventQuery {
  readonly filter: EventFilter
  /** The position behind which to begin, oldest first; 0 begins with the first. */
  readonly after: number
  readonly limit: number
}

/** The way back: events before a position, newest first. */
export interface EarlierEventQuery extends Omit<EventQuery, "after"> {
  readonly before: number
}

export interface EventPage {
  readonly items: readonly PositionedEvent[]
  /** From which to go on in the same direction: everything up to there was looked at. */
  readonly next: number
}

/** What a client is sent while it listens, in order. */
export interface EventStream {
  /** Behind which position it began: a client that loses it before any event comes again from there. */
  readonly begin: number
  /**
   * Waits for what comes next: events, `idle` when there were none for a while, `end` when the client is to come again.
   * Rejects when the database does.
   */
  next(): Promise<readonly PositionedEvent[] | "idle" | "end">
  /** To be called once nobody listens any more. */
  close(): void
  /** Aborted when the client was too slow: it is not waited for. */
  readonly gone: AbortSignal
}
