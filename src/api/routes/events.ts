import { OpenAPIHono, z } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import { type ApiEnv, callerOf } from "../env.ts"
import {
  eventLogQuerySchema,
  eventPageBody,
  eventPageSchema,
  eventStreamQuerySchema,
  lastEventIdSchema,
  toEventFilter,
  toEventQuery,
} from "../schemas/event-log.ts"
import { eventStreamBody, hangUp } from "../sse.ts"

const tags = ["Events"]

const list = defineRoute(
  "listEvents",
  {
    tags,
    summary: "List all events by position, oldest first",
    description: "Whoever asks again behind `next` misses none and is told none twice, however late one was committed.",
    request: { query: eventLogQuerySchema },
    responses: { 200: jsonAnswer("Events behind a position", eventPageSchema) },
  },
  ["invalid_request"],
)

const stream = defineRoute(
  "streamEvents",
  {
    tags,
    summary: "Listen to events as they happen",
    description:
      "Server-Sent Events: `id` is the position, `event` the type, `data` the event as it is listed. A client that comes " +
      "again with `Last-Event-ID` is first sent what it missed. There is a comment at least every 15 seconds. The stream " +
      "ends after ten minutes, when this process stops, for a client that is too slow, and for one whose token was revoked.",
    request: { query: eventStreamQuerySchema, headers: lastEventIdSchema },
    responses: {
      200: { description: "Events without end", content: { "text/event-stream": { schema: z.string() } } },
    },
  },
  ["invalid_request"],
)

const headers = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-cache, no-transform",
  "X-Accel-Buffering": "no", // or a proxy such as nginx waits until it has more
}

export function eventRoutes({ services }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) =>
      c.json(eventPageBody(await services.listEvents(toEventQuery(c.req.valid("query")))), 200),
    )
    .openapi(stream, async (c) => {
      if (c.req.method === "HEAD") return c.body(null, 200, headers) // nobody would ever close it
      const query = c.req.valid("query")
      const after = c.req.valid("header")["last-event-id"] ?? query.after
      const events = await services.streamEvents(toEventFilter(query), after, callerOf(c).principal.tokenId)
      events.gone.addEventListener("abort", () => hangUp(c.env))
      return c.body(eventStreamBody(events), 200, headers)
    })
}
