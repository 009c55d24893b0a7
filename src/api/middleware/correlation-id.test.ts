import { test } from "uvu"
import * as assert from "uvu/assert"
import { as, testApp } from "../testing.ts"

const path = "/api/v1/deployments"
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

for (const id of ["a", "Order_7-b", "x".repeat(64)]) {
  test(`the caller's id ${id} is echoed, and the request runs under it, then under its principal too`, async () => {
    const { app, correlations } = testApp()
    const response = await app.request(path, { headers: { ...as("viewer"), "X-Correlation-ID": id } })
    assert.is(response.headers.get("x-correlation-id"), id)
    assert.equal(correlations, [
      [id, undefined],
      [id, "viewer-person"],
    ])
  })
}

for (const id of ["", "x".repeat(65), "a b", "a;b", "ä", '"', "a,b"]) {
  test(`the id '${id}' is not taken over: a new one is made`, async () => {
    const { app, correlations } = testApp()
    const response = await app.request("/api/v1/health/live", { headers: { "X-Correlation-ID": id } })
    const made = response.headers.get("x-correlation-id") ?? ""
    assert.match(made, uuid)
    assert.equal(correlations, [[made, undefined]])
  })
}

test("two requests without an id get different ones, on errors too", async () => {
  const { app } = testApp()
  const ids = await Promise.all(
    ["/nothing", "/nothing"].map(async (path) => (await app.request(path)).headers.get("x-correlation-id")),
  )
  assert.is(new Set(ids).size, 2)
})

test.run()
