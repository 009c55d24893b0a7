import { and, asc, eq } from "drizzle-orm"
import type { Database, Transaction } from "../db/client.ts"
import { events } from "../db/schema.ts"
import type { Event } from "./types.ts"

/** All events of one subject, in the order of its chain. */
export function listEvents(
  db: Database | Transaction,
  subjectType: Event["subjectType"],
  subjectId: string,
): Promise<Event[]> {
  return db
    .select()
    .from(events)
    .where(and(eq(events.subjectType, subjectType), eq(events.subjectId, subjectId)))
    .orderBy(asc(events.sequence))
}
