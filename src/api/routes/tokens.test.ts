import { test } from "uvu"
import * as assert from "uvu/assert"
import { aToken } from "../examples/tokens.ts"
import { issuedTokenSchema, tokenPageSchema, tokenSchema } from "../schemas/token.ts"
import { as, existingId, posted, problemIn, testApp, unknownId } from "../testing.ts"

const base = "/api/v1/tokens"
const onTheWire = {
  id: existingId,
  name: "ada",
  role: "approver",
  state: "active",
  created_at: "2026-03-01T12:00:00.000Z",
  expires_at: "2026-03-31T12:00:00.000Z",
  last_used_at: null,
  revoked_at: null,
}

const given = (calls: ReturnType<typeof testApp>["calls"]) =>
  calls.map(({ verb, arguments: [caller, ...rest] }) => [
    verb,
    (caller as { principal: { name: string } }).principal.name,
    ...rest,
  ])

test("201: an admin makes a token, which no cache keeps and no log line holds", async () => {
  const { app, calls, lines } = testApp()
  const body = { name: " ada ", role: "approver", expires_in_days: 30 }
  const response = await app.request(base, posted("admin", body))
  assert.is(response.status, 201)
  assert.is(response.headers.get("cache-control"), "no-store")
  assert.equal(issuedTokenSchema.parse(await response.json()), { ...onTheWire, token: "eucora_told-once" })
  assert.equal(given(calls), [["createToken", "admin-person", { name: "ada", role: "approver", expiresInDays: 30 }]])
  assert.not.match(JSON.stringify([calls, lines]), "told-once")
})

const good = { name: "ada", role: "approver" }
const refused: Readonly<Record<string, readonly [unknown, string]>> = {
  "no name": [{ role: "viewer" }, "name"],
  "an empty name": [{ ...good, name: " " }, "name"],
  "a name of two lines": [{ ...good, name: "a\nb" }, "name"],
  "a name that is too long": [{ ...good, name: "a".repeat(129) }, "name"],
  "the control plane's name": [{ ...good, name: "Control-Plane" }, "name"],
  "a name of the host's": [{ ...good, name: "host:root" }, "name"],
  "no role": [{ name: "ada" }, "role"],
  "an unknown role": [{ ...good, role: "root" }, "role"],
  "no day": [{ ...good, expires_in_days: 0 }, "expires_in_days"],
  "half a day": [{ ...good, expires_in_days: 0.5 }, "expires_in_days"],
  "eleven years": [{ ...good, expires_in_days: 4_000 }, "expires_in_days"],
  "days as text": [{ ...good, expires_in_days: "30" }, "expires_in_days"],
  "a token of one's own choice": [{ ...good, token: "eucora_mine" }, "token"],
}

for (const [what, [body, field]] of Object.entries(refused))
  test(`422: a token with ${what} is refused, and none is made`, async () => {
    const { app, calls } = testApp()
    const problem = await problemIn(await app.request(base, posted("admin", body)))
    assert.equal([problem.status, problem.errors?.map((error) => error.field), calls], [422, [field], []])
  })

test("200: the list tells all but the token, and leads to the next page", async () => {
  const { app, calls } = testApp({ listTokens: async () => ({ items: [aToken], next: existingId }) })
  const response = await app.request(`${base}?name=ada&state=active&limit=1`, { headers: as("admin") })
  const { items, next } = tokenPageSchema.parse(await response.json())
  assert.equal(items, [onTheWire])
  assert.is(response.headers.get("link"), `<${base}?name=ada&state=active&limit=1&cursor=${next}>; rel="next"`)
  await app.request(`${base}?cursor=${next}`, { headers: as("admin") })
  assert.equal(
    calls.map(({ arguments: [filter] }) => filter),
    [
      { name: "ada", state: "active", after: undefined, limit: 1 },
      { after: existingId, limit: 50 },
    ],
  )
})

test("400: filters that are none", async () => {
  const { app, calls } = testApp()
  for (const query of ["state=good", "limit=0", "cursor=abc", "role=admin", "name="]) {
    const response = await app.request(`${base}?${query}`, { headers: as("admin") })
    assert.is((await problemIn(response)).status, 400, query)
  }
  assert.equal(calls, [])
})

test("200: an admin revokes a token, in their own name and with a reason", async () => {
  const { app, calls } = testApp()
  const response = await app.request(`${base}/${existingId}/revoke`, posted("admin", { reason: "lost" }))
  assert.is(response.status, 200)
  const revoked = { ...onTheWire, state: "revoked", revoked_at: "2026-03-02T12:00:00.000Z" }
  assert.equal(tokenSchema.parse(await response.json()), revoked)
  assert.equal(given(calls), [["revokeToken", "admin-person", existingId, "lost"]])
})

test("404, 400, 422: no such token, what is no id, no reason", async () => {
  const { app } = testApp()
  for (const [id, body, status] of [
    [unknownId, { reason: "lost" }, 404],
    ["ada", { reason: "lost" }, 400],
    [existingId, {}, 422],
    [existingId, { reason: " " }, 422],
  ] as const) {
    const response = await app.request(`${base}/${id}/revoke`, posted("admin", body))
    assert.is((await problemIn(response)).status, status)
  }
})

test.run()
