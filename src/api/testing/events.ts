import type { EventStream, PositionedEvent } from "../../events/types.ts"
import { positionedEvent } from "../examples/events.ts"
import type { ApiServices } from "../services.ts"

/** A stream that sends these, one after the other, and ends. */
export function aStream(...sent: readonly (readonly PositionedEvent[] | "idle")[]): EventStream & { closed: boolean } {
  const left = [...sent]
  return {
    begin: 6,
    closed: false,
    next: async () => left.shift() ?? "end",
    close() {
      this.closed = true
    },
    gone: new AbortController().signal,
  }
}

/** The verbs of events, in memory. */
export const eventStandIn: Pick<ApiServices, "listEvents" | "streamEvents"> = {
  listEvents: async () => ({ items: [positionedEvent], next: positionedEvent.position }),
  streamEvents: async () => aStream([positionedEvent]),
}
