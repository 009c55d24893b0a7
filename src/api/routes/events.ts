import { OpenAPIHono } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer, textAnswer } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import { type ApiEnv, callerOf } from "../env.ts"
import { positionedEvent } from "../examples/events.ts"
import { nextPageLink } from "../next-page-link.ts"
import {
  eventLogQuerySchema,
  eventPageBody,
  eventPageSchema,
  eventStreamQuerySchema,
  lastEventIdSchema,
  toEventFilter,
  toEventQuery,
} from "../schemas/event-log.ts"
import { eventStreamBody, eventText, hangUp, streamHeaders } from "../sse.ts"

const tags = ["Events"]

const list = defineRoute(
  "listEvents",
  {
    tags,
    summary: "List all events by position",
    description:
      "Oldest first behind `after`, newest first before `before`. Whoever asks again behind `next` misses none and is told none twice, however late one was committed. A full page " +
      "links to the next one in `Link` with rel=next.",
    request: { query: eventLogQuerySchema },
    responses: {
      200: jsonAnswer(
        "Events behind a position",
        eventPageSchema,
        eventPageBody({ items: [positionedEvent], next: positionedEvent.position }),
        { Link: "The next page, rel=next" },
      ),
    },
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
      200: textAnswer("Events without end", { "text/event-stream": eventText(positionedEvent) }),
    },
  },
  ["invalid_request"],
)

export function eventRoutes({ services }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const query = toEventQuery(c.req.valid("query"))
      const page = eventPageBody(await services.listEvents(query))
      const direction = "before" in query ? "before" : "after"
      if (page.items.length === query.limit) c.header("Link", nextPageLink(c.req.url, String(page.next), direction))
      return c.json(page, 200)
    })
    .openapi(stream, async (c) => {
      if (c.req.method === "HEAD") return c.body(null, 200, streamHeaders) // nobody would ever close it
      const query = c.req.valid("query")
      const after = c.req.valid("header")["last-event-id"] ?? query.after
      const events = await services.streamEvents(toEventFilter(query), after, callerOf(c).principal.tokenId)
      events.gone.addEventListener("abort", () => hangUp(c.env))
      return c.body(eventStreamBody(events), 200, streamHeaders)
    })
}
