import { z } from "@hono/zod-openapi"
import { type Event, eventSubjects, eventTypes } from "../../events/types.ts"
import { servedMoment, textOf } from "./fields.ts"

export const eventSchema = z
  .object({
    id: z.uuid(),
    type: z.enum(eventTypes).openapi({ example: "DEPLOYMENT_CREATED" }),
    subject_type: z.enum(eventSubjects),
    subject_id: z.uuid(),
    sequence: z.int().openapi({ description: "Counts from 1 within the subject", example: 1 }),
    at: servedMoment,
    principal: z.string().openapi({ example: "release-bot" }),
    correlation_id: z.string(),
    trace_id: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
    previous_hash: z
      .string()
      .nullable()
      .openapi({ description: "Hash of the subject's event before; null for its first" }),
    hash: z.string().nullable().openapi({ description: "Chains it to the one before; null of demo data" }),
  })
  .openapi("Event")

export const eventListSchema = z.object({ items: z.array(eventSchema) }).openapi("EventList")

export function eventBody(event: Event): z.input<typeof eventSchema> {
  return {
    id: event.id,
    type: event.type,
    subject_type: event.subjectType,
    subject_id: event.subjectId,
    sequence: event.sequence,
    at: textOf(event.at),
    principal: event.principal,
    correlation_id: event.correlationId,
    trace_id: event.traceId,
    data: { ...event.data },
    previous_hash: event.previousHash,
    hash: event.hash,
  }
}
