import { test } from "uvu"
import * as assert from "uvu/assert"
import { existingId } from "../api/testing.ts"
import { origin, testSite } from "./testing.ts"

const path = `/deployments/${existingId}/hold`
const form = { reason: "looked at" }

async function hold(headers: Readonly<Record<string, string>>, site = testSite()) {
  const response = await (await site.signedIn("operator")).post(path, form, headers)
  return { status: response.status, held: site.calls.some(({ verb }) => verb === "holdDeployment") }
}

for (const [what, headers] of [
  ["another site", { Origin: "https://evil.test", "Sec-Fetch-Site": "cross-site" }],
  ["another site of the same domain", { Origin: "http://other.localhost", "Sec-Fetch-Site": "same-site" }],
  ["a page without an origin", { Origin: "null" }],
  ["what does not say where it is from", { Origin: "" }],
] as const)
  test(`403: a form of ${what} does nothing`, async () => {
    assert.equal(await hold(headers), { status: 403, held: false })
  })

for (const [what, headers] of [
  ["Origin", { Origin: origin }],
  ["Sec-Fetch-Site", { Origin: "null", "Sec-Fetch-Site": "same-origin" }],
] as const)
  test(`a form of our own is known by ${what}`, async () => {
    assert.equal(await hold(headers), { status: 303, held: true })
  })

test("behind a proxy that ends TLS a form is known by the public address", async () => {
  const links = { publicUrl: "https://eucora.test/", jaegerUrl: "http://j.test", grafanaUrl: "http://g.test" }
  assert.is((await hold({ Origin: "https://eucora.test" }, testSite({ deps: { links } }))).status, 303)
})

test("403: signing in is no form for others either, or they could sign somebody in as themselves", async () => {
  const response = await testSite()
    .visitor()
    .post("/sign-in", { token: "viewer-token" }, { Origin: "https://evil.test" })
  assert.equal([response.status, response.headers.get("set-cookie")], [403, null])
})

test("413: a form without end is not read", async () => {
  const visitor = await testSite().signedIn("operator")
  assert.is((await visitor.post(path, { reason: "x".repeat(70_000) })).status, 413)
})

test("415: what is no form is not read", async () => {
  const visitor = await testSite().signedIn("operator")
  assert.is((await visitor.post(path, form, { "Content-Type": "text/plain" })).status, 415)
})

test("who acts, under which id, at which template: as with the API, in the log and in telemetry", async () => {
  const site = testSite()
  const visitor = await site.signedIn("operator")
  const response = await visitor.post(path, form, { "X-Correlation-ID": "order-7" })
  assert.is(response.headers.get("x-correlation-id"), "order-7")
  assert.is(site.httpRoutes.at(-1), "/deployments/{id}/hold")
  assert.equal(site.correlations.at(-1), ["order-7", "operator-person"])
  const context = site.lines.at(-1)?.context
  assert.equal([context?.["route"], context?.["principal"]], ["/deployments/{id}/hold", "operator-person"])
  const [caller, id, reason] = site.calls.at(-1)?.arguments ?? []
  assert.equal([id, reason], [existingId, "looked at"])
  assert.equal(caller, {
    principal: { tokenId: "operator", name: "operator-person", role: "operator" },
    correlationId: "order-7",
  })
})

test("429: whoever asks for too much is told so on a page", async () => {
  const site = testSite({ deps: { rateLimits: { perToken: 2, perAddress: 0, trustedProxies: [] } } })
  const visitor = await site.signedIn("viewer")
  for (let asked = 0; asked < 2; asked++) assert.is((await visitor.get("/alerts")).status, 200)
  const response = await visitor.get("/alerts")
  assert.is(response.status, 429)
  assert.match(response.headers.get("content-type") ?? "", "text/html")
  assert.ok(Number(response.headers.get("retry-after")) > 0)
})

test.run()
