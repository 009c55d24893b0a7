import type { EventStream, PositionedEvent } from "../events/types.ts"
import { positionedEventBody } from "./schemas/event-log.ts"

/** How long clients wait before they come again; each its own time, or all would come at once. Milliseconds. */
const retryMs = () => 500 + Math.round(1_500 * Math.random())

/** An event as one client or the other wants it. */
type Write = (event: PositionedEvent) => string

export const streamHeaders = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-cache, no-transform",
  "X-Accel-Buffering": "no", // or a proxy such as nginx waits until it has more
}

/**
 * A stream in the format of https://html.spec.whatwg.org/multipage/server-sent-events.html. It begins with the id that it
 * goes on from. Nothing is taken from it before the socket wants more, so nothing piles up here.
 */
export function eventStreamBody(events: EventStream, write: Write = eventText): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream(
    {
      start: (controller) => controller.enqueue(encoder.encode(`id: ${events.begin}\nretry: ${retryMs()}\n\n`)),
      pull: async (controller) => {
        const next = await nextOf(events)
        controller.enqueue(encoder.encode(next === "end" ? `retry: ${retryMs()}\n\n` : textOf(next, write)))
        if (next !== "end") return
        events.close()
        controller.close()
      },
      cancel: () => events.close(),
    },
    { highWaterMark: 0 },
  )
}

/** When the events cannot be read the client is to come again, and is told then what is wrong. */
function nextOf(events: EventStream): ReturnType<EventStream["next"]> {
  return events.next().catch(() => "end")
}

function textOf(next: readonly PositionedEvent[] | "idle", write: Write): string {
  return next === "idle" ? ": nothing new\n\n" : next.map(write).join("")
}

export function eventText(event: PositionedEvent): string {
  return `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(positionedEventBody(event))}\n\n`
}

/** Cuts the connection of a request; there is none where no server listens. */
export function hangUp(bindings: unknown): void {
  const { outgoing } = (bindings ?? {}) as { readonly outgoing?: { destroy(): void } }
  outgoing?.destroy()
}
