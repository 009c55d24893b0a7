import type { EventStream, PositionedEvent } from "../../events/types.ts"
import type { ApiServices } from "../services.ts"
import { anEvent } from "./examples.ts"

export const positionedEvent: PositionedEvent = { ...anEvent, position: 7 }

/** A stream that sends these, one after the other, and ends. */
export function aStream(...sent: readonly (readonly PositionedEvent[] | "idle")[]): EventStream & { closed: boolean } {
  const left = [...sent]
  return {
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
