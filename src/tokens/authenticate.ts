import { and, eq, sql } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { tokens } from "../db/schema.ts"
import { AppError } from "../lib/errors.ts"
import type { Principal } from "../lib/principal.ts"
import { tokenHash } from "./issue.ts"
import { tokenState } from "./row.ts"
import type { TokenState } from "./types.ts"

/** What is wrong with a token; its sender is not told which. */
export type TokenFault = "unknown" | Exclude<TokenState, "active">

const unseen = sql`(last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`

/**
 * Prepares the check of a bearer token. No two secrets are compared: a token is looked up by its SHA-256, and whoever
 * guesses cannot choose how much of a hash fits, so that how long the look-up takes tells nothing about any token. Each
 * request asks the database, so that what is revoked or expired is refused from then on by all processes; the last use is
 * written at most once a minute. Throws AppError `unauthenticated`.
 */
export function prepareAuthenticate(
  db: Database,
  refused: (fault: TokenFault) => void,
): (token: string) => Promise<Principal> {
  const find = db
    .select({
      principal: { tokenId: tokens.id, name: tokens.name, role: tokens.role },
      state: tokenState,
      unseen: sql<boolean>`${unseen}`,
    })
    .from(tokens)
    .where(eq(tokens.hash, sql.placeholder("hash")))
    .prepare("authenticate")
  const refuse = (fault: TokenFault): never => {
    refused(fault)
    throw new AppError("unauthenticated", "The bearer token is unknown, expired or revoked.")
  }
  return async (token) => {
    const [row] = await find.execute({ hash: tokenHash(token) })
    if (row === undefined) return refuse("unknown")
    if (row.state !== "active") return refuse(row.state)
    if (row.unseen) await noteUse(db, row.principal.tokenId)
    return row.principal
  }
}

/** Of many requests at once one writes; the condition is checked again under the row's lock. */
async function noteUse(db: Database, id: string): Promise<void> {
  await db
    .update(tokens)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(tokens.id, id), unseen))
}
