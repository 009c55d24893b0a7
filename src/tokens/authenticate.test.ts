import { createHash } from "node:crypto"
import { sql } from "drizzle-orm"
import type postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect } from "../db/client.ts"
import { testDatabase } from "../db/testing.ts"
import { listEvents } from "../events/list.ts"
import { AppError } from "../lib/errors.ts"
import { roles } from "../lib/principal.ts"
import { prepareAuthenticate, type TokenFault } from "./authenticate.ts"
import { issueToken } from "./issue.ts"

const database = await testDatabase()
/** Every statement that was sent, with its parameters. */
const sent: (readonly [text: string, parameters: unknown])[] = []
const instrument = (sql: postgres.Sql) =>
  new Proxy(sql, {
    get: (target, name) => {
      if (name !== "unsafe") return Reflect.get(target, name)
      return (...query: Parameters<postgres.Sql["unsafe"]>) => {
        sent.push([query[0], query[1]])
        return target.unsafe(...query)
      }
    },
  })
const client = connect({ url: database.url, applicationName: "test", max: 8, instrument })
const { db } = client
const faults: TokenFault[] = []
const authenticate = prepareAuthenticate(db, (fault) => faults.push(fault))

const row = async (name: string) =>
  (await db.execute(sql`SELECT *, xmin::text AS written FROM tokens WHERE name = ${name}`))[0]

for (const role of roles)
  test(`a token of a ${role} speaks for its person, in that role`, async () => {
    const token = await issueToken(db, `a ${role}`, role, "somebody")
    assert.match(token, /^eucora_[\w-]{43}$/)
    const { tokenId, ...principal } = await authenticate(token)
    assert.equal(principal, { name: `a ${role}`, role })
    assert.is(tokenId, (await row(`a ${role}`))?.["id"])
  })

test("no two tokens are the same, and none is stored: what is kept cannot be used as one", async () => {
  const tokens = await Promise.all(Array.from({ length: 10 }, () => issueToken(db, "many", "viewer", "somebody")))
  assert.is(new Set(tokens).size, 10)
  const kept = JSON.stringify(await db.execute(sql`SELECT tokens::text, encode(hash, 'hex') AS hex FROM tokens`))
  for (const token of tokens) assert.not(kept.includes(token.slice("eucora_".length)))
  for (const stored of await db.execute<{ hex: string }>(sql`SELECT encode(hash, 'hex') AS hex FROM tokens LIMIT 1`))
    assert.instance(await authenticate(stored.hex).catch((error) => error), AppError)
})

test("who made a token for whom is an event of the token's", async () => {
  await issueToken(db, "evented", "operator", "an admin")
  const id = String((await row("evented"))?.["id"])
  const [event, ...others] = await listEvents(db, "principal", id)
  assert.equal(others, [])
  assert.equal(
    [event?.type, event?.principal, event?.data],
    ["TOKEN_CREATED", "an admin", { name: "evented", role: "operator" }],
  )
})

const wrong: Readonly<Record<TokenFault, () => Promise<string>>> = {
  unknown: async () => `eucora_${"A".repeat(43)}`,
  expired: () => changed("expired", sql`expires_at = now()`),
  revoked: () => changed("revoked", sql`revoked_at = now(), expires_at = now() - interval '1 day'`),
}

async function changed(name: string, change: ReturnType<typeof sql>): Promise<string> {
  const token = await issueToken(db, name, "admin", "somebody")
  await db.execute(sql`UPDATE tokens SET ${change} WHERE name = ${name}`)
  return token
}

for (const [fault, make] of Object.entries(wrong))
  test(`a token that is ${fault} is refused in the same words as every other, noted as what it is, and not used`, async () => {
    const token = await make()
    faults.length = 0
    const error = await authenticate(token).catch((thrown) => thrown)
    assert.ok(error instanceof AppError)
    assert.equal([error.kind, error.message], ["unauthenticated", "The bearer token is unknown, expired or revoked."])
    assert.equal(faults, [fault])
    assert.is((await row(fault))?.["last_used_at"] ?? null, null)
  })

/** All but its end is a token that is good: what a guess would look like that was nearly right. */
const nearly = async () => `${(await issueToken(db, "near", "viewer", "somebody")).slice(0, -1)}!`

test("whatever is wrong with a token, it takes the same one look-up by its hash: no part of it is compared with anything", async () => {
  const tokens = [...(await Promise.all(Object.values(wrong).map((make) => make()))), await nearly()]
  const lookUps = []
  for (const token of tokens) {
    sent.length = 0
    await authenticate(token).catch(() => {})
    assert.is(sent.length, 1)
    const [text, parameters] = sent[0] ?? []
    assert.equal(parameters, [createHash("sha256").update(token).digest()])
    assert.not.match(JSON.stringify(sent), token)
    lookUps.push(text)
  }
  assert.is(new Set(lookUps).size, 1)
})

for (const text of ["", "eucora_", "🔑", "x".repeat(10_000), "a\u0000b"])
  test(`${JSON.stringify(text.slice(0, 12))} is no token`, async () => {
    const error = await authenticate(text).catch((thrown) => thrown)
    assert.ok(error instanceof AppError && error.kind === "unauthenticated")
  })

test("a token that is yet to expire is good until then", async () => {
  const token = await issueToken(db, "soon", "viewer", "somebody")
  await db.execute(sql`UPDATE tokens SET expires_at = now() + interval '1 minute' WHERE name = 'soon'`)
  assert.is((await authenticate(token)).name, "soon")
})

test("the last use is written at most once a minute, also when many requests come at once", async () => {
  const token = await issueToken(db, "used", "viewer", "somebody")
  await Promise.all(Array.from({ length: 8 }, () => authenticate(token)))
  const first = await row("used")
  assert.ok(first?.["last_used_at"])
  await Promise.all(Array.from({ length: 8 }, () => authenticate(token)))
  assert.is((await row("used"))?.["written"], first?.["written"], "the row was not written again")
  await db.execute(sql`UPDATE tokens SET last_used_at = now() - interval '61 seconds' WHERE name = 'used'`)
  await authenticate(token)
  const [age] = await db.execute(
    sql`SELECT now() - last_used_at < interval '10 seconds' AS fresh FROM tokens WHERE name = 'used'`,
  )
  assert.ok(age?.["fresh"])
})

test.after(async () => {
  await client.close()
  await database.close()
})

test.run()
