import { test } from "uvu"
import * as assert from "uvu/assert"
import { posted, testApp } from "../testing.ts"

const body = { app_name: "Notepad++", version: "8.7.1", target_ring: "CANARY", connector_type: "intune" }
const path = "/api/v1/deployments"

test("a start time is part of what an Idempotency-Key stands for", async () => {
  const { app, calls } = testApp()
  for (const not_before of [undefined, "2026-03-02T00:00:00Z", "2026-03-02T01:00:00+01:00", "2026-03-03T00:00:00Z"])
    assert.is(
      (await app.request(path, posted("publisher", { ...body, not_before }, { "Idempotency-Key": "k" }))).status,
      201,
    )
  const [none, one, same, other] = calls.map(({ arguments: [, , key] }) => (key as { fingerprint: string }).fingerprint)
  assert.is(one, same, "the same moment in another zone")
  assert.is(new Set([none, one, other]).size, 3)
})

test.run()
