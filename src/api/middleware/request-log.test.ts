import { test } from "uvu"
import * as assert from "uvu/assert"
import { as, existingId, posted, testApp } from "../testing.ts"

test("a request is one line with a constant message, the template of its route and never its path", async () => {
  const { app, lines, httpRoutes } = testApp()
  await app.request(`/api/v1/deployments/${existingId}?x=1`, { headers: as("viewer") })
  const [line, ...more] = lines
  assert.equal(more, [])
  const { duration_ms, ...context } = line?.context ?? {}
  assert.equal(
    { ...line, context },
    {
      level: "info",
      message: "request",
      context: { method: "GET", route: "/api/v1/deployments/{id}", status: 200, principal: "viewer-person" },
    },
  )
  assert.ok(typeof duration_ms === "number" && duration_ms > 0)
  assert.equal(httpRoutes, ["/api/v1/deployments/{id}"])
})

test("a path that no route serves has no template, in the log as in the metrics", async () => {
  const { app, lines, httpRoutes } = testApp()
  await app.request("/wp-login.php")
  await app.request("/api/v1/deployments", { method: "DELETE" })
  assert.equal(
    lines.map(({ context }) => [context["route"], context["status"]]),
    [
      [null, 404],
      [null, 405],
    ],
  )
  assert.equal(httpRoutes, [])
})

test("probes and scrapes are lines for those who debug, unless they fail", async () => {
  const { app, lines } = testApp({ ready: async () => false })
  for (const path of ["/api/v1/health", "/api/v1/health/live", "/metrics", "/api/v1/health/ready"])
    await app.request(path)
  assert.equal(
    lines.map(({ level }) => level),
    ["debug", "debug", "debug", "error"],
  )
})

test("a refused request names the problem, and the log has neither body nor token", async () => {
  const { app, lines } = testApp()
  await app.request("/api/v1/deployments", posted("viewer", { app_name: "canary-4711" }))
  assert.is(lines[0]?.context["problem"], "forbidden")
  assert.not.match(JSON.stringify(lines), /canary-4711|viewer-token/)
})

test.run()
