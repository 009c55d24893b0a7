import { test } from "uvu"
import * as assert from "uvu/assert"
import { type Role, roles } from "../lib/principal.ts"
import { access, allowed, type OperationId, operationIds, routingPaths } from "./access.ts"
import { aPolicyBody, as, existingId, posted, problemIn, testApp } from "./testing.ts"

const bodies: Partial<Record<OperationId, object>> = {
  createDeployment: { app_name: "Notepad++", version: "8.7.1", target_ring: "LAB", connector_type: "intune" },
  rollbackDeployment: { reason: "crashes" },
  cancelDeployment: { reason: "not wanted" },
  isolateCircuitBreaker: { reason: "maintenance" },
  resetCircuitBreaker: { reason: "it is back" },
  promoteDeployment: { reason: "it soaked long enough" },
  holdDeployment: { reason: "looked at" },
  resumeDeployment: { reason: "it is well" },
  reportIncident: { summary: "Does not start" },
  approveDeployment: { rationale: "fine" },
  rejectDeployment: { rationale: "not now" },
  assessRisk: { app_name: "Notepad++", target_ring: "LAB" },
  changeRingPolicy: aPolicyBody,
  receiveAlerts: { version: "4", alerts: [] },
  createToken: { name: "ada", role: "approver" },
  revokeToken: { reason: "it was lost" },
}

const pathOf = (id: OperationId) =>
  access[id].path
    .replace("{id}", existingId)
    .replace("{file}", "swagger-ui.css")
    .replace("{service}", "intune")
    .replace("{ring}", "LAB")

function call(id: OperationId, headers: Record<string, string>, metricsOpen = true) {
  const { app, authFailures } = testApp({}, { metricsOpen })
  const { method } = access[id]
  const body = method !== "get" ? JSON.stringify(bodies[id]) : null
  const request = { method, body, headers: { "Content-Type": "application/json", ...headers } }
  return { answer: app.request(pathOf(id), request), authFailures }
}

test("the table has every route of the router, and the router every line of the table", () => {
  const { app } = testApp()
  const registered = app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`)
  const listed = operationIds.flatMap((id) =>
    routingPaths(id).map((path) => `${access[id].method.toUpperCase()} ${path}`),
  )
  assert.equal([...new Set(registered)].sort(), listed.sort())
})

for (const id of operationIds) {
  for (const role of roles) {
    const allow = allowed(id, true)
    const may = allow === "everybody" || allow.includes(role)
    test(`${may ? "2xx" : "403"}: ${role} ${may ? "may" : "may not"} ${id}`, async () => {
      const { answer, authFailures } = call(id, as(role))
      const response = await answer
      if (may) assert.ok(response.ok, `${response.status}`)
      else assert.is((await problemIn(response)).status, 403)
      assert.equal(authFailures, may ? [] : ["forbidden"])
    })
  }
  const open = allowed(id, true) === "everybody"
  test(`${open ? "200" : "401"}: ${id} without a token`, async () => {
    const { answer, authFailures } = call(id, {})
    const response = await answer
    assert.is(response.status, open ? 200 : 401)
    assert.is(response.headers.get("www-authenticate"), open ? null : 'Bearer realm="eucora"')
    assert.equal(authFailures, open ? [] : ["missing"])
  })
}

const writers: Readonly<Record<string, readonly Role[]>> = {
  createDeployment: ["publisher", "admin"],
  rollbackDeployment: ["operator", "admin"],
  cancelDeployment: ["publisher", "operator", "admin"],
  isolateCircuitBreaker: ["operator", "admin"],
  resetCircuitBreaker: ["operator", "admin"],
  promoteDeployment: ["operator", "admin"],
  holdDeployment: ["operator", "admin"],
  resumeDeployment: ["operator", "admin"],
  reportIncident: ["operator", "admin"],
  approveDeployment: ["approver", "admin"],
  rejectDeployment: ["approver", "admin"],
  changeRingPolicy: ["operator", "admin"],
  receiveAlerts: ["alertmanager", "admin"],
  createToken: ["admin"],
  revokeToken: ["admin"],
}
test("only these roles change anything", () => {
  const asking: readonly OperationId[] = ["assessRisk"]
  const changing = operationIds.filter((id) => access[id].method !== "get" && !asking.includes(id))
  assert.equal(Object.fromEntries(changing.map((id) => [id, allowed(id, true)])), writers)
})

test("what delivers alerts may do nothing else that is not open to everybody", () => {
  const may = operationIds.filter((id) => allowed(id, false).includes("alertmanager"))
  assert.equal(may, ["receiveAlerts"])
})

test("401: the exposition needs a token under each of its paths where it is configured so", async () => {
  const { app } = testApp({}, { metricsOpen: false })
  for (const path of ["/metrics", "/metrics/", "/api/v1/metrics", "/api/v1/metrics/"]) {
    assert.is((await problemIn(await app.request(path))).status, 401)
    assert.is((await app.request(path, { headers: as("viewer") })).status, 200)
  }
})

test("a request without a right to be there is refused before its body is looked at", async () => {
  const { app } = testApp()
  assert.is((await app.request("/api/v1/deployments", posted("viewer", "{"))).status, 403)
})

test.run()
