/** Examples of events. */
import type { Event, PositionedEvent } from "../../events/types.ts"
import { existingId, traceId } from "./deployments.ts"

export const anEvent: Event = {
  id: "0199d3a1-5b7e-7c43-9f0a-aaaaaaaaaaaa",
  type: "DEPLOYMENT_CREATED",
  subjectType: "deployment",
  subjectId: existingId,
  sequence: 1,
  at: new Date("2026-03-01T12:00:00.000Z"),
  principal: "publisher-person",
  correlationId: "order-1",
  traceId,
  data: { version: "8.7.1" },
  previousHash: null,
  hash: "1".repeat(64),
}

export const positionedEvent: PositionedEvent = { ...anEvent, position: 7 }
