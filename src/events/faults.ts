import type { Entry } from "./entries.ts"
import { eventHash } from "./hash.ts"

/** The first entry that is not as it was written, and what is wrong with it. */
export interface Fault {
  /** Null for an event that has none. */
  readonly position: number | null
  readonly what: string
}

/** What is wrong with an entry that should stand at `position`; undefined when nothing is. */
export function entryFault(entry: Entry | undefined, position: number): Fault | undefined {
  const what = wrongWith(entry, position)
  return what === undefined ? undefined : { position, what }
}

function wrongWith(entry: Entry | undefined, position: number): string | undefined {
  if (entry === undefined || entry.position !== position) return `position ${position} is missing`
  const { event, before } = entry
  if (event === null) return `position ${position}: event ${entry.eventId} is not there`
  const name = `position ${position}: event ${event.id} (${event.subjectType} ${event.subjectId}, ${event.sequence})`
  if (eventHash(event) !== event.hash) return `${name} was changed: its hash does not fit its content`
  if (event.sequence === 1 && event.previousHash === null) return undefined
  if (before === null) return `${name}: the event before it in its chain is not there`
  if (before.hash !== event.previousHash) return `${name} does not follow the event before it in its chain`
  if (before.position === null || before.position > position)
    return `${name} stands before the event that precedes it in its chain`
  return undefined
}
