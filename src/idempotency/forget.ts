import { sql } from "drizzle-orm"
import { idempotencyKeys } from "../db/schema.ts"
import type { Domain } from "../domain.ts"
import { untraced } from "../telemetry/trace.ts"

/**
 * Forgets keys that are older than they have to be kept: what is sent under one of them from then on is a new request.
 * Deployments stay. The table holds a day's keys, so that it is read from end to end rather than by one more index, which
 * each new deployment would have to pay for.
 */
export async function forgetKeys({ db, idempotencyHours }: Pick<Domain, "db" | "idempotencyHours">): Promise<void> {
  const kept = sql`make_interval(hours => ${idempotencyHours})`
  await untraced(() => db.delete(idempotencyKeys).where(sql`${idempotencyKeys.createdAt} < now() - ${kept}`))
}
