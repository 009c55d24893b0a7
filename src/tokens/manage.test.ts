import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { listEvents } from "../events/list.ts"
import { AppError } from "../lib/errors.ts"
import { testDomain } from "../testing.ts"
import { prepareAuthenticate, type TokenFault } from "./authenticate.ts"
import { createToken } from "./issue.ts"
import { listTokens } from "./list.ts"
import { revokeToken } from "./revoke.ts"
import { isReservedName } from "./types.ts"

const { db, close } = await testDomain()
const faults: TokenFault[] = []
const authenticate = prepareAuthenticate(db, (fault) => faults.push(fault))
const by = { principal: "an admin", correlationId: "order-7" }
const all = { limit: 200 }

const stories = async (id: string) =>
  (await listEvents(db, "principal", id)).map(({ type, principal, correlationId, data }) => ({
    ...{ type, principal, correlationId, data },
  }))

test("a new token is told once, is good, and says until when: on the row, and in its event", async () => {
  const { token, ...created } = await createToken(db, by, { name: "ada", role: "approver", expiresInDays: 30 })
  assert.equal(
    [created.name, created.role, created.state, created.lastUsedAt, created.revokedAt],
    ["ada", "approver", "active", null, null],
  )
  const lasts = (created.expiresAt?.getTime() ?? 0) - created.createdAt.getTime()
  assert.is(lasts, 30 * 86_400_000)
  assert.equal(await authenticate(token.reveal()), { tokenId: created.id, name: "ada", role: "approver" })
  assert.not.match(JSON.stringify({ token, created }), token.reveal())
  const data = { name: "ada", role: "approver", expiresAt: created.expiresAt?.toISOString() }
  assert.equal(await stories(created.id), [{ type: "TOKEN_CREATED", ...by, data }])
})

test("without an end a token never expires", async () => {
  const { expiresAt } = await createToken(db, by, { name: "for ever", role: "viewer" })
  assert.is(expiresAt, null)
})

test("a revoked token is refused from the next request on, and its event says who did it and why", async () => {
  const { id, token } = await createToken(db, by, { name: "eve", role: "operator" })
  await authenticate(token.reveal())
  const revoked = await revokeToken(db, { ...by, correlationId: "order-8" }, id, "the laptop was stolen")
  assert.is(revoked.state, "revoked")
  assert.instance(revoked.revokedAt, Date)
  faults.length = 0
  assert.is((await authenticate(token.reveal()).catch((error: AppError) => error.message)) !== undefined, true)
  assert.equal(faults, ["revoked"])
  assert.equal((await stories(id)).slice(1), [
    {
      type: "TOKEN_REVOKED",
      principal: "an admin",
      correlationId: "order-8",
      data: { name: "eve", role: "operator", reason: "the laptop was stolen" },
    },
  ])
})

test("of many who revoke a token at once one does: the others are told how it is, and nothing is written again", async () => {
  const { id } = await createToken(db, by, { name: "once", role: "viewer" })
  const answers = await Promise.all(Array.from({ length: 8 }, () => revokeToken(db, by, id, "why")))
  const [first, ...others] = answers
  for (const other of others) assert.equal(other, first)
  assert.is((await stories(id)).length, 2)
})

test("a token that nobody has cannot be revoked", async () => {
  const refused = await revokeToken(db, by, "00000000-0000-7000-8000-000000000000", "why").catch((error) => error)
  assert.ok(refused instanceof AppError && refused.kind === "not_found")
})

test("the last admin may be revoked; a token made on the host is good nonetheless", async () => {
  const { id } = await createToken(db, by, { name: "root", role: "admin" })
  await revokeToken(db, by, id, "gone")
  const [left] = await db.execute(sql`SELECT FROM tokens WHERE role = 'admin' AND revoked_at IS NULL`)
  assert.is(left, undefined)
  const { token } = await createToken(db, by, { name: "root", role: "admin" })
  assert.is((await authenticate(token.reveal())).role, "admin")
})

test("the list knows each token's state, and no hash", async () => {
  const names = ["fresh", "stale", "ended", "ended and stale"]
  const made = await Promise.all(names.map((name) => createToken(db, by, { name, role: "viewer", expiresInDays: 1 })))
  await db.execute(sql`UPDATE tokens SET expires_at = now() WHERE name LIKE '%stale'`)
  await Promise.all(made.slice(2).map(({ id }) => revokeToken(db, by, id, "why")))
  const { items } = await listTokens(db, all)
  assert.equal(
    names.map((name) => items.find((token) => token.name === name)?.state),
    ["active", "expired", "revoked", "revoked"],
  )
  for (const state of ["active", "expired", "revoked"] as const) {
    const expected = items.filter((token) => token.state === state)
    assert.equal((await listTokens(db, { ...all, state })).items, expected)
  }
  assert.equal(
    (await listTokens(db, { ...all, name: "stale" })).items.map(({ name }) => name),
    ["stale"],
  )
  const told = Object.keys(items[0] ?? {}).sort()
  assert.equal(told, ["createdAt", "expiresAt", "id", "lastUsedAt", "name", "revokedAt", "role", "state"])
})

test("pages follow one another, the newest first, also while tokens are made", async () => {
  const before = (await listTokens(db, all)).items.map(({ id }) => id)
  assert.equal(before, [...before].sort().reverse())
  const read: string[] = []
  for (let after: string | undefined, more = true; more; more = after !== undefined) {
    const { items, next } = await listTokens(db, { after, limit: 3 })
    read.push(...items.map(({ id }) => id))
    after = next
    await createToken(db, by, { name: "meanwhile", role: "viewer" })
  }
  assert.equal(read, before)
})

test("nobody is given a name under which the control plane acts, however it is spelt", () => {
  for (const name of ["control-plane", "Control-Plane ", "host:ada", "ＨＯＳＴ:ada"])
    assert.ok(isReservedName(name), name)
  for (const name of ["ada", "hostess", "control plane"]) assert.not(isReservedName(name), name)
})

test.after(close)

test.run()
