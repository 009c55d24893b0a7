import { sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { inboxColumns, type MetricPoint } from "../telemetry/durable/definition.ts"
import { currentTraceId } from "../telemetry/trace.ts"
import type { Event, EventType } from "./types.ts"

/** Whose story the events belong to, and who acted. */
export interface EventContext {
  readonly subjectType: Event["subjectType"]
  readonly subjectId: string
  readonly principal: string
  readonly correlationId: string
}

export interface NewEvent {
  readonly type: EventType
  readonly data?: Readonly<Record<string, unknown>>
}

/**
 * Appends the events of one transition to their subject's chain and records its metric points with them, in the
 * caller's transaction and in one statement. The caller holds the subject's row.
 */
export async function appendEvents(
  tx: Transaction,
  context: EventContext,
  events: readonly NewEvent[],
  points: readonly MetricPoint[] = [],
): Promise<void> {
  const inbox = inboxColumns(points)
  const types = events.map((event) => event.type)
  const data = events.map((event) => JSON.stringify(event.data ?? {}))
  await tx.execute(sql`SELECT append_events(
    ${context.subjectType}, ${context.subjectId}, ${context.principal}, ${context.correlationId},
    ${currentTraceId() ?? null}, ${sql.param(types)}::text[], ${sql.param(data)}::text[],
    ${sql.param(inbox.instruments)}::text[], ${sql.param(inbox.attributes)}::text[], ${sql.param(inbox.vals)}::float8[])`)
}
