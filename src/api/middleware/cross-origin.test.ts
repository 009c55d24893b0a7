import { test } from "uvu"
import * as assert from "uvu/assert"
import { as, problemIn, testApp } from "../testing.ts"

const portal = "https://portal.example.com"
const path = "/api/v1/deployments"
const preflight = (origin: string) => ({
  method: "OPTIONS",
  headers: {
    Origin: origin,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
  },
})
const asked = (origin: string) => ({ headers: { ...as("viewer"), Origin: origin } })
const allowed = (headers: Headers) => headers.get("access-control-allow-origin")

test("by default no page of another origin may read anything, and a preflight is a method that is not allowed", async () => {
  const { app } = testApp()
  assert.is((await problemIn(await app.request(path, preflight(portal)))).status, 405)
  const { headers } = await app.request(path, asked(portal))
  assert.equal([allowed(headers), headers.get("vary")], [null, null])
})

test("a configured origin may: its preflight is answered before any token is asked for", async () => {
  const { app, authFailures, calls } = testApp({}, { corsOrigins: [portal] })
  const { status, headers } = await app.request(path, preflight(portal))
  assert.equal([status, allowed(headers)], [204, portal])
  assert.match(headers.get("access-control-allow-methods") ?? "", /GET.*POST.*PUT|GET,PUT,POST|POST,GET/)
  assert.match(headers.get("access-control-allow-headers") ?? "", /Authorization,.*Idempotency-Key,If-Match/)
  assert.is(headers.get("access-control-allow-credentials"), null, "cookies are of no use from elsewhere")
  assert.match(headers.get("vary") ?? "", "Origin")
  assert.equal([authFailures, calls], [[], []])
})

test("a configured origin may read answers, refusals among them, and the headers that matter", async () => {
  const { app } = testApp({}, { corsOrigins: ["https://other.example.com", portal] })
  for (const [url, status] of [
    [path, 200],
    ["/api/v1/nothing", 404],
    ["/api/v1/deployments?limit=x", 400],
  ] as const) {
    const answer = await app.request(url, asked(portal))
    assert.equal([answer.status, allowed(answer.headers)], [status, portal])
    assert.match(answer.headers.get("access-control-expose-headers") ?? "", /ETag.*RateLimit.*Retry-After/)
    assert.match(answer.headers.get("vary") ?? "", "Origin")
  }
  assert.is(allowed((await app.request(path, { headers: { Origin: portal } })).headers), portal, "401 as well")
})

for (const origin of [
  "https://evil.example.com",
  `${portal}.evil.example.com`,
  "http://portal.example.com",
  `${portal}:8443`,
  "null",
  "",
])
  test(`the origin '${origin}' is none of them`, async () => {
    const { app } = testApp({}, { corsOrigins: [portal] })
    assert.is((await app.request(path, preflight(origin))).status, 405)
    const { headers } = await app.request(path, asked(origin))
    assert.equal([allowed(headers), headers.get("vary")], [null, "Origin"])
  })

test.run()
