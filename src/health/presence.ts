import { eq, sql } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { processes } from "../db/schema.ts"
import { log } from "../telemetry/log.ts"

const beatMs = 5_000

/** Seconds after its last beat at which a process counts as gone. */
export const goneAfterSeconds = 15

/** Says every few seconds that this process lives; `stop` takes it off the list at once. */
export function startPresence(db: Database, instanceId: string, role: string): { stop(): Promise<void> } {
  const beat = async () => {
    try {
      await db
        .insert(processes)
        .values({ instanceId, role })
        .onConflictDoUpdate({ target: processes.instanceId, set: { seenAt: sql`now()` } })
      await db.delete(processes).where(sql`seen_at < now() - interval '1 hour'`)
    } catch (error) {
      log.debug("presence not written", { error })
    }
  }
  let last = beat()
  const timer = setInterval(() => {
    last = beat()
  }, beatMs)
  return {
    stop: async () => {
      clearInterval(timer)
      await last // or it would put us back on the list
      await db.delete(processes).where(eq(processes.instanceId, instanceId))
    },
  }
}
