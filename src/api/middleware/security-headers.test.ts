import { Hono } from "hono"
import { test } from "uvu"
import * as assert from "uvu/assert"
import type { ApiEnv } from "../env.ts"
import { as, testApp } from "../testing.ts"
import { securityHeaders } from "./security-headers.ts"

for (const path of ["/api/v1/health", "/api/v1/deployments", "/nothing", "/metrics"]) {
  test(`an answer of ${path} cannot be sniffed, framed, cached or rendered with anything in it`, async () => {
    const { headers } = await testApp().app.request(path, { headers: as("viewer") })
    assert.is(headers.get("x-content-type-options"), "nosniff")
    assert.is(headers.get("x-frame-options"), "DENY")
    assert.is(headers.get("referrer-policy"), "no-referrer")
    assert.is(headers.get("cache-control"), "no-store")
    assert.is(headers.get("content-security-policy"), "default-src 'none'; frame-ancestors 'none'")
    assert.is(headers.get("x-powered-by"), null)
    assert.is(headers.get("strict-transport-security"), null)
  })
}

test("browsers are told to come back over TLS only where we are found behind it", async () => {
  for (const [publicUrl, told] of [
    ["https://control.example.com", "max-age=31536000"],
    ["http://127.0.0.1:8000", null],
  ] as const) {
    const app = new Hono<ApiEnv>().use(securityHeaders(publicUrl)).get("/", (c) => c.text("a"))
    assert.is((await app.request("/")).headers.get("strict-transport-security"), told)
  }
})

test("what a route has set itself stands", async () => {
  const own = {
    "Content-Security-Policy": "default-src 'self'",
    "Cache-Control": "private, max-age=60",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
  }
  const app = new Hono<ApiEnv>().use(securityHeaders("http://a.test")).get("/", (c) => c.html("<p>page", 200, own))
  const { headers } = await app.request("/")
  for (const [name, value] of Object.entries(own)) assert.is(headers.get(name), value)
  assert.is(headers.get("x-content-type-options"), "nosniff")
})

test.run()
