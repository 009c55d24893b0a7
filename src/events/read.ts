import { and, asc, desc, eq, getTableColumns, gt, lt, max, type SQL } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { events } from "../db/schema.ts"
import { eventPositions } from "../db/schema-events.ts"
import type { EarlierEventQuery, EventFilter, EventPage, EventQuery } from "./types.ts"

/** Events by position. The last page's `next` is the newest position, so that what did not fit is not looked at again. */
export async function readEvents(db: Database, { filter, after, limit }: EventQuery): Promise<EventPage> {
  const head = await headPosition(db) // before the events: everything up to there is seen by them
  if (head <= after) return { items: [], next: after }
  const items = await positionedEvents(db)
    .where(and(gt(eventPositions.position, after), ...conditions(filter)))
    .orderBy(asc(eventPositions.position))
    .limit(limit)
  const last = items.at(-1)?.position ?? after
  return { items, next: items.length < limit ? Math.max(head, last) : last }
}

/** Events before a position, newest first; a `next` of 1 has nothing before it. */
export async function readEarlierEvents(
  db: Database,
  { filter, before, limit }: EarlierEventQuery,
): Promise<EventPage> {
  const items = await positionedEvents(db)
    .where(and(lt(eventPositions.position, before), ...conditions(filter)))
    .orderBy(desc(eventPositions.position))
    .limit(limit)
  return { items, next: items.length < limit ? 1 : (items.at(-1)?.position ?? 1) }
}

function positionedEvents(db: Database) {
  return db
    .select({ position: eventPositions.position, ...getTableColumns(events) })
    .from(eventPositions)
    .innerJoin(events, eq(events.id, eventPositions.eventId))
}

/** The newest position; 0 when there is none. */
export async function headPosition(db: Database): Promise<number> {
  const [row] = await db.select({ head: max(eventPositions.position) }).from(eventPositions)
  return row?.head ?? 0
}

function conditions({ type, subjectType, subjectId }: EventFilter): (SQL | undefined)[] {
  return [
    type === undefined ? undefined : eq(events.type, type),
    subjectType === undefined ? undefined : eq(events.subjectType, subjectType),
    subjectId === undefined ? undefined : eq(events.subjectId, subjectId),
  ]
}
