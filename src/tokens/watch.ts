import { and, eq } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { tokens } from "../db/schema.ts"
import type { EventStream } from "../events/types.ts"
import { tokenState } from "./row.ts"

/** Whether a token that was good is good still. */
export async function isActive(db: Database, id: string): Promise<boolean> {
  const found = await db
    .select({ id: tokens.id })
    .from(tokens)
    .where(and(eq(tokens.id, id), eq(tokenState, "active")))
  return found.length > 0
}

/**
 * A stream that outlives the request whose token opened it: it sends nothing that was not asked for with a good token
 * within the last `everyMs`, and ends instead. Rejects when that cannot be found out.
 */
export function whileActive(stream: EventStream, active: () => Promise<boolean>, everyMs = 5_000): EventStream {
  let asked = performance.now()
  const isGood = async () => {
    if (performance.now() - asked < everyMs) return true
    asked = performance.now()
    return active()
  }
  return {
    begin: stream.begin,
    next: async () => {
      const next = await stream.next()
      return (await isGood()) ? next : "end"
    },
    close: () => stream.close(),
    gone: stream.gone,
  }
}
