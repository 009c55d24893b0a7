import type { Event, EventFilter } from "./types.ts"

/** Whether an event is meant by a filter. */
export function matches(event: Event, { type, subjectType, subjectId }: EventFilter): boolean {
  return (
    (type === undefined || event.type === type) &&
    (subjectType === undefined || event.subjectType === subjectType) &&
    (subjectId === undefined || event.subjectId === subjectId.toLowerCase())
  )
}
