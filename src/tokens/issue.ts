import { createHash, randomBytes, randomUUID } from "node:crypto"
import { sql } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { tokens } from "../db/schema.ts"
import { appendEvents, type EventContext } from "../events/append.ts"
import type { Role } from "../lib/principal.ts"
import { Secret } from "../lib/secret.ts"
import { tokenColumns } from "./row.ts"
import type { IssuedToken, NewToken } from "./types.ts"

/** Who makes or revokes a token, and the thread that ties it to their other doings. */
export type Actor = Pick<EventContext, "principal" | "correlationId">

/** What is stored of a token: enough to know it again, not to make it. */
export function tokenHash(token: string): Buffer {
  return createHash("sha256").update(token).digest()
}

/** Makes a token for a person and answers it, once: only its hash is kept. */
export async function createToken(db: Database, by: Actor, input: NewToken): Promise<IssuedToken> {
  const token = `eucora_${randomBytes(32).toString("base64url")}`
  const { name, role, expiresInDays: days } = input
  const expiresAt = days === undefined ? null : sql`now() + make_interval(hours => ${24 * days})`
  return db.transaction(async (tx) => {
    const [row] = await tx
      .insert(tokens)
      .values({ name, role, hash: tokenHash(token), expiresAt })
      .returning(tokenColumns)
    if (row === undefined) throw new Error("an inserted token was not returned")
    const data = { name, role, ...(row.expiresAt && { expiresAt: row.expiresAt.toISOString() }) }
    await appendEvents(tx, { subjectType: "principal", subjectId: row.id, ...by }, [{ type: "TOKEN_CREATED", data }])
    return { ...row, token: new Secret(token) }
  })
}

/** A token that never expires, where no request asks for one: of development, and of tests. */
export async function issueToken(db: Database, name: string, role: Role, issuedBy: string): Promise<string> {
  const by = { principal: issuedBy, correlationId: randomUUID() }
  return (await createToken(db, by, { name, role })).token.reveal()
}
