import { z } from "@hono/zod-openapi"
import {
  type EarlierEventQuery,
  type EventFilter,
  type EventPage,
  type EventQuery,
  eventSubjects,
  eventTypes,
  type PositionedEvent,
} from "../../events/types.ts"
import { eventBody, eventSchema } from "./event.ts"
import { limit } from "./fields.ts"

const positionedEventSchema = eventSchema
  .extend({
    position: z.int().openapi({ description: "Place among all events: ascends without gaps", example: 4711 }),
  })
  .openapi("PositionedEvent")

export const eventPageSchema = z
  .object({
    items: z.array(positionedEventSchema),
    next: z.int().openapi({
      description: "Send it as `after` to go on, also when nothing is there yet; as `before` where that was asked for",
      example: 4711,
    }),
  })
  .openapi("EventPage")

const position = z
  .string()
  .regex(/^\d{1,15}$/, "must be a position")
  .transform(Number)
  .openapi({ type: "integer", minimum: 0, maximum: 999_999_999_999_999, example: 4711 })

const filter = {
  type: z.enum(eventTypes).optional().openapi({ description: "What happened", example: "GATE_EVALUATED" }),
  subject_type: z
    .enum(eventSubjects)
    .optional()
    .openapi({ description: "To what kind of thing", example: "deployment" }),
  subject_id: z
    .uuid()
    .optional()
    .openapi({ description: "Of a deployment: its id", example: "0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d11" }),
}

export const eventLogQuerySchema = z
  .strictObject({
    ...filter,
    after: position
      .optional()
      .openapi({ description: "Only events behind this position, oldest first; 0 when absent" }),
    before: position.optional().openapi({
      description:
        "Instead: only events before this position, newest first; one beyond all others begins with the newest",
      example: 999_999_999_999_999,
    }),
    limit,
  })
  .refine(({ after, before }) => after === undefined || before === undefined, {
    path: ["before"],
    message: "cannot be sent with after",
  })

export const eventStreamQuerySchema = z.strictObject({
  ...filter,
  after: position.optional().openapi({ description: "Begin behind this position; without it with what comes" }),
})

export const lastEventIdSchema = z.object({
  "last-event-id": position.optional().openapi({
    description: "The id of the last event that was received, as an EventSource sends it; comes before `after`",
  }),
})

type FilterQuery = Pick<z.output<typeof eventLogQuerySchema>, "type" | "subject_type" | "subject_id">

export function toEventFilter({ type, subject_type, subject_id }: FilterQuery): EventFilter {
  return { type, subjectType: subject_type, subjectId: subject_id }
}

export function toEventQuery(query: z.output<typeof eventLogQuerySchema>): EventQuery | EarlierEventQuery {
  const { after = 0, before, limit } = query
  const filter = toEventFilter(query)
  return before === undefined ? { filter, after, limit } : { filter, before, limit }
}

export function positionedEventBody(event: PositionedEvent): z.input<typeof positionedEventSchema> {
  return { ...eventBody(event), position: event.position }
}

export function eventPageBody({ items, next }: EventPage): z.input<typeof eventPageSchema> {
  return { items: items.map(positionedEventBody), next }
}
