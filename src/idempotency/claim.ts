import { and, eq, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { databaseCode } from "../db/errors.ts"
import { idempotencyKeys } from "../db/schema.ts"
import { AppError } from "../lib/errors.ts"

/** A client's key for one request, and the fingerprint by which a different request under the same key is noticed. */
export interface IdempotencyKey {
  readonly key: string
  readonly fingerprint: string
}

/** Whether the request is the first under its key, and the id its deployment has or is to have. */
export interface Claim {
  readonly deploymentId: string
  readonly replayed: boolean
}

const lockNotAvailable = "55P03"

/**
 * Claims the key in the caller's transaction, before anything else is written. A twin in flight waits for the other's
 * commit up to 5 s. Throws AppError `idempotency_mismatch` (same key, other request) or `idempotency_in_flight`.
 */
export async function claimKey(
  tx: Transaction,
  principal: string,
  { key, fingerprint }: IdempotencyKey,
): Promise<Claim> {
  await tx.execute(sql`SET LOCAL lock_timeout = '5s'`)
  const inserted = await insertKey(tx, { principal, key, fingerprint })
  await tx.execute(sql`SET LOCAL lock_timeout = DEFAULT`)
  if (inserted !== undefined) return { deploymentId: inserted, replayed: false }
  const [found] = await tx
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.principal, principal), eq(idempotencyKeys.key, key)))
  if (found === undefined) return claimKey(tx, principal, { key, fingerprint }) // forgotten just now: it is free
  if (found.fingerprint !== fingerprint)
    throw new AppError("idempotency_mismatch", "This Idempotency-Key was used for a different request.")
  return { deploymentId: found.deploymentId, replayed: true }
}

async function insertKey(tx: Transaction, row: typeof idempotencyKeys.$inferInsert): Promise<string | undefined> {
  try {
    const [inserted] = await tx
      .insert(idempotencyKeys)
      .values(row)
      .onConflictDoNothing()
      .returning({ deploymentId: idempotencyKeys.deploymentId })
    return inserted?.deploymentId
  } catch (thrown) {
    if (databaseCode(thrown) !== lockNotAvailable) throw thrown
    throw new AppError("idempotency_in_flight", "A request with this Idempotency-Key is still being worked on.", {
      retryAfterSeconds: 1,
      cause: thrown,
    })
  }
}
