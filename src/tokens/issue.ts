import { createHash, randomBytes } from "node:crypto"
import type { Database } from "../db/client.ts"
import { tokens } from "../db/schema.ts"
import { appendEvents } from "../events/append.ts"
import type { Role } from "../lib/principal.ts"

/** What is stored of a token: enough to know it again, not to make it. */
export function tokenHash(token: string): Buffer {
  return createHash("sha256").update(token).digest()
}

/** Makes a token for a person and answers it, once: only its hash is kept. */
export async function issueToken(db: Database, name: string, role: Role, issuedBy: string): Promise<string> {
  const token = `eucora_${randomBytes(32).toString("base64url")}`
  await db.transaction(async (tx) => {
    const [row] = await tx
      .insert(tokens)
      .values({ name, role, hash: tokenHash(token) })
      .returning({ id: tokens.id })
    if (row === undefined) throw new Error("an inserted token was not returned")
    const context = { subjectType: "principal", subjectId: row.id, principal: issuedBy, correlationId: row.id } as const
    await appendEvents(tx, context, [{ type: "TOKEN_CREATED", data: { name, role } }])
  })
  return token
}
