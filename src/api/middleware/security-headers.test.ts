import { test } from "uvu"
import * as assert from "uvu/assert"
import { as, testApp } from "../testing.ts"

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

test.run()
