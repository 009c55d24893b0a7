export const eventTypes = [
  "DEPLOYMENT_CREATED",
  "RISK_ASSESSED",
  "CAB_SUBMITTED",
  "DEPLOYMENT_APPROVED",
  "DEPLOYMENT_WAITING",
  "DEPLOYMENT_STARTED",
  "RING_STARTED",
  "RING_PROMOTED",
  "DEPLOYMENT_COMPLETED",
  "DEPLOYMENT_FAILED",
  "ROLLBACK_INITIATED",
  "ROLLBACK_COMPLETED",
  "DEPLOYMENT_CANCELLED",
  "TOKEN_CREATED",
  "BREAKER_OPENED",
  "BREAKER_CLOSED",
  "BREAKER_ISOLATED",
  "BREAKER_RESET",
  "CONNECTOR_UNHEALTHY",
  "CONNECTOR_RECOVERED",
  "DRIFT_DETECTED",
] as const
export type EventType = (typeof eventTypes)[number]

/** Whose stories are told. A connector's subject is its circuit breaker's row. */
export const eventSubjects = ["deployment", "principal", "connector"] as const

/** An audit event as it is served. `sequence` counts from 1 within its subject; `hash` chains it to the event before. */
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
  readonly hash: string
}
