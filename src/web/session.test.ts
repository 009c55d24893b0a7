import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError } from "../lib/errors.ts"
import { sessionSeconds } from "./session.ts"
import { cookieOf, startMs, testSite } from "./testing.ts"

const signIn = (site: ReturnType<typeof testSite>, token = "viewer-token") =>
  site.visitor().post("/sign-in", { token, next: "/alerts" })

test("signing in sets a cookie for this host alone, out of reach of scripts and of other sites", async () => {
  const response = await signIn(testSite())
  assert.equal([response.status, response.headers.get("location")], [303, "/alerts"])
  const cookie = response.headers.get("set-cookie") ?? ""
  assert.match(cookie, /^eucora_session=[\w-]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/)
})

test("where browsers come by HTTPS the cookie goes by nothing else", async () => {
  const links = { publicUrl: "https://eucora.test", jaegerUrl: "http://j.test", grafanaUrl: "http://g.test" }
  const response = await signIn(testSite({ deps: { links } }))
  assert.match(
    response.headers.get("set-cookie") ?? "",
    /^__Host-eucora_session=[\w-]+; .*; HttpOnly; Secure; SameSite=Strict$/,
  )
})

test("the token is not in the cookie, nor in the page that refuses it", async () => {
  const cookie = cookieOf(await signIn(testSite()))
  const value = cookie.split("=")[1] ?? ""
  assert.not.match(Buffer.from(value, "base64url").toString("latin1"), "viewer-token")
  const refused = await signIn(testSite(), "secret-of-nobody")
  assert.is(refused.status, 401)
  assert.not.match(await refused.text(), "secret-of-nobody")
})

for (const [what, token, reason] of [
  ["nothing", " ", "missing"],
  ["what is no token", "two words", "malformed"],
] as const)
  test(`401: ${what} is counted as ${reason} and never looked up`, async () => {
    let asked = 0
    const site = testSite({ services: { authenticate: () => Promise.reject(new Error(`asked ${++asked}`)) } })
    assert.is((await signIn(site, token)).status, 401)
    assert.equal([site.authFailures, asked], [[reason], 0])
  })

test("503: when tokens cannot be looked up, that is said", async () => {
  const away = new AppError("unavailable", "The database cannot be reached.")
  const response = await signIn(testSite({ services: { authenticate: () => Promise.reject(away) } }))
  assert.is(response.status, 503)
  assert.match(await response.text(), "The database cannot be reached.")
})

for (const next of ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "evil"])
  test(`whoever is sent to sign in does not leave these pages for ${next}`, async () => {
    const response = await testSite().visitor().post("/sign-in", { token: "viewer-token", next })
    assert.is(response.headers.get("location"), "/")
  })

test("a session ends after twelve hours, however good its token", async () => {
  let now = startMs
  const site = testSite({ nowMs: () => now })
  const visitor = site.visitor(cookieOf(await signIn(site)))
  now += sessionSeconds * 1_000 - 1
  assert.is((await visitor.get("/alerts")).status, 200)
  now += 1
  assert.is((await visitor.get("/alerts")).status, 303)
})

test("a session ends with its token, at once, and its cookie is taken away", async () => {
  let revoked = false
  const principal = { tokenId: "t", name: "ada", role: "viewer" } as const
  const refuse = () =>
    Promise.reject(new AppError("unauthenticated", "The bearer token is unknown, expired or revoked."))
  const site = testSite({ services: { authenticate: () => (revoked ? refuse() : Promise.resolve(principal)) } })
  const visitor = site.visitor(cookieOf(await signIn(site)))
  assert.is((await visitor.get("/alerts")).status, 200)
  revoked = true
  const response = await visitor.get("/alerts")
  assert.is(response.headers.get("location"), "/sign-in?next=%2Falerts")
  assert.match(response.headers.get("set-cookie") ?? "", /^eucora_session=; Max-Age=0; Path=\//)
})

test("what was sealed by another key, or altered, is no session", async () => {
  const cookie = cookieOf(await signIn(testSite()))
  assert.is((await testSite().visitor(cookie).get("/alerts")).status, 200)
  const altered = cookie.replace(/.{3}$/, (end) => (end === "AAA" ? "BBB" : "AAA"))
  assert.is((await testSite().visitor(altered).get("/alerts")).status, 303)
  assert.is(
    (
      await testSite({ sessionKey: "x".repeat(32) })
        .visitor(cookie)
        .get("/alerts")
    ).status,
    303,
  )
  for (const none of ["", "AAAA", "A".repeat(38), "%%%"])
    assert.is((await testSite().visitor(`eucora_session=${none}`).get("/alerts")).status, 303)
})

test("a session opens no route of the API, and a bearer token no page", async () => {
  const site = testSite()
  const cookie = cookieOf(await signIn(site))
  assert.is((await site.visitor(cookie).get("/api/v1/alerts")).status, 401)
  assert.is((await site.visitor().get("/alerts", { Authorization: "Bearer viewer-token" })).status, 303)
})

test("whoever follows a link from another site, without the cookie, comes once more from our own page with it", async () => {
  const response = await testSite().visitor().get("/alerts?name=x", { "Sec-Fetch-Site": "cross-site" })
  assert.equal([response.status, response.headers.get("refresh")], [200, "0; url=/alerts?name=x"])
  assert.is(response.headers.get("set-cookie"), null)
  const again = await testSite().visitor().get("/alerts?name=x", { "Sec-Fetch-Site": "same-origin" })
  assert.equal([again.status, again.headers.get("set-cookie")], [303, null])
})

test("signing out takes the cookie away", async () => {
  const { signedIn } = testSite()
  const response = await (await signedIn("viewer")).post("/sign-out", {})
  assert.is(response.headers.get("location"), "/sign-in")
  assert.match(response.headers.get("set-cookie") ?? "", /^eucora_session=; Max-Age=0; Path=\//)
})

test.run()
