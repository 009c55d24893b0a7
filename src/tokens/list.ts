import { and, desc, eq, lt } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { tokens } from "../db/schema.ts"
import { tokenColumns, tokenState } from "./row.ts"
import type { TokenFilter, TokenPage } from "./types.ts"

/** A page of tokens, the newest first: ids grow with time. A page begins after the last row of the one before. */
export async function listTokens(db: Database, { name, state, after, limit }: TokenFilter): Promise<TokenPage> {
  const rows = await db
    .select(tokenColumns)
    .from(tokens)
    .where(
      and(
        name === undefined ? undefined : eq(tokens.name, name),
        state === undefined ? undefined : eq(tokenState, state),
        after === undefined ? undefined : lt(tokens.id, after),
      ),
    )
    .orderBy(desc(tokens.id))
    .limit(limit + 1)
  const items = rows.slice(0, limit)
  const last = rows.length > limit ? items.at(-1) : undefined
  return last === undefined ? { items } : { items, next: last.id }
}
