import { and, eq, isNull, sql } from "drizzle-orm"
import type { Database, Transaction } from "../db/client.ts"
import { tokens } from "../db/schema.ts"
import { appendEvents } from "../events/append.ts"
import { AppError } from "../lib/errors.ts"
import type { Actor } from "./issue.ts"
import { tokenColumns } from "./row.ts"
import type { Token } from "./types.ts"

/**
 * Ends a token for good: the next request with it is refused, whatever process it reaches. One that is revoked already
 * stays as it is, so that asking again is safe. Nobody is spared, not the last admin either: the command line on the host
 * makes another. Throws AppError `not_found`.
 */
export function revokeToken(db: Database, by: Actor, id: string, reason: string): Promise<Token> {
  return db.transaction(async (tx) => {
    const [revoked] = await tx
      .update(tokens)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(tokens.id, id), isNull(tokens.revokedAt)))
      .returning(tokenColumns)
    if (revoked === undefined) return readToken(tx, id)
    const data = { name: revoked.name, role: revoked.role, reason }
    await appendEvents(tx, { subjectType: "principal", subjectId: id, ...by }, [{ type: "TOKEN_REVOKED", data }])
    return revoked
  })
}

async function readToken(tx: Transaction, id: string): Promise<Token> {
  const [token] = await tx.select(tokenColumns).from(tokens).where(eq(tokens.id, id))
  if (token === undefined) throw new AppError("not_found", `There is no token ${id}.`)
  return token
}
