import { sql } from "drizzle-orm"
import { tokens } from "../db/schema.ts"
import type { TokenState } from "./types.ts"

/** Where a token stands, by the database's clock: all processes agree on it, and what is revoked is refused at once. */
export const tokenState = sql<TokenState>`CASE WHEN ${tokens.revokedAt} IS NOT NULL THEN 'revoked'
  WHEN ${tokens.expiresAt} <= now() THEN 'expired' ELSE 'active' END`

const { id, name, role, createdAt, expiresAt, lastUsedAt, revokedAt } = tokens

/** All that anybody is told of a token: the hash stays where it is. */
export const tokenColumns = { id, name, role, state: tokenState, createdAt, expiresAt, lastUsedAt, revokedAt }
