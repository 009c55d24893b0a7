import { eventStreamQuerySchema, lastEventIdSchema, toEventFilter } from "../api/schemas/event-log.ts"
import { eventStreamBody, hangUp, streamHeaders } from "../api/sse.ts"
import type { PositionedEvent } from "../events/types.ts"
import { AppError } from "../lib/errors.ts"
import type { PageHandlers, WebDeps } from "./deps.ts"
import { eventWords } from "./parts/event-words.ts"

/** What a page is told of an event: that there is something new, and what in words. */
function told(event: PositionedEvent): string {
  return `id: ${event.position}\ndata: ${JSON.stringify(eventWords(event))}\n\n`
}

/** The stream of events for pages: a browser's EventSource shows its cookie, and no bearer token. */
export function liveHandlers({ services }: WebDeps): PageHandlers<"streamEvents"> {
  return {
    streamEvents: async (c) => {
      const query = eventStreamQuerySchema.safeParse(c.req.query())
      const header = lastEventIdSchema.safeParse({ "last-event-id": c.req.header("last-event-id") })
      if (!query.success || !header.success) throw new AppError("invalid_request", "That is no filter of events.")
      if (c.req.method === "HEAD") return c.body(null, 200, streamHeaders) // nobody would ever close it
      const after = header.data["last-event-id"] ?? query.data.after
      const events = await services.streamEvents(toEventFilter(query.data), after, c.get("principal").tokenId)
      events.gone.addEventListener("abort", () => hangUp(c.env))
      return c.body(eventStreamBody(events, told), 200, streamHeaders)
    },
  }
}
