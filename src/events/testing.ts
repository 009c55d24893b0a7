import { randomUUID } from "node:crypto"
import postgres from "postgres"
import { connect } from "../db/client.ts"
import { testDatabase } from "../db/testing.ts"
import { Secret } from "../lib/secret.ts"
import { appendEvents, type EventContext, type NewEvent } from "./append.ts"
import { giveAllPositions } from "./position.ts"
import { sealNextBlock } from "./seal.ts"

export const key = new Secret("a key of thirty-two bytes or more")

/** A subject of its own. */
export function subject(subjectId: string = randomUUID()): EventContext {
  return { subjectType: "deployment", subjectId, principal: "someone", correlationId: "order-1" }
}

/** A database of a test file's own, seen by the application and by a superuser, with what the elected process does to it. */
export async function testEvents() {
  const database = await testDatabase()
  const client = connect({ url: database.url, applicationName: "test", max: 8 })
  const sql = postgres(database.url, { max: 2, onnotice: () => {} })
  const superuser = postgres(database.superUrl, { max: 1, onnotice: () => {} })
  /** Appends events to a subject's chain, in a transaction. */
  const append = (context: EventContext, ...events: readonly NewEvent["type"][]) =>
    client.db.transaction((tx) =>
      appendEvents(
        tx,
        context,
        events.map((type) => ({ type, data: { note: `ü "quoted" \\ \u2028 ${type}`, nested: [1, null, { a: 0.1 }] } })),
      ),
    )
  const positions = () => sql<{ position: number; subjectId: string; sequence: number }[]>`
    SELECT p.position::int AS position, e.subject_id AS "subjectId", e.sequence
    FROM event_positions p JOIN events e ON e.id = p.event_id ORDER BY p.position`
  return {
    ...{ url: database.url, db: client.db, sql, superuser, append, positions },
    /** Gives positions and seals everything, in blocks of one call each. */
    seal: async () => {
      await giveAllPositions(sql)
      return (await sealNextBlock(sql, key))?.block
    },
    close: async () => {
      await Promise.all([client.close(), sql.end(), superuser.end()])
      await database.close()
    },
  }
}
