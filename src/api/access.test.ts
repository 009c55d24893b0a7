import { test } from "uvu"
import * as assert from "uvu/assert"
import { roles } from "../lib/principal.ts"
import { access, allowed, type OperationId, operationIds, routingPaths } from "./access.ts"
import { keysOf } from "./keys-of.ts"
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
  seedDemoData: {},
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
  const body = method === "post" || method === "put" ? JSON.stringify(bodies[id]) : null
  const request = { method, body, headers: { "Content-Type": "application/json", ...headers } }
  return { answer: app.request(pathOf(id), request), authFailures }
}

/** Method and path of every route that an app has. */
const registeredIn = (app: ReturnType<typeof testApp>["app"]) =>
  new Set(app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`))
const listed = operationIds.flatMap((id) =>
  routingPaths(id).map((path) => `${access[id].method.toUpperCase()} ${path}`),
)

test("the table has every route of the router, and the router every line of the table", () => {
  const { app } = testApp()
  assert.equal([...registeredIn(app)].sort(), listed.sort())
})

test("a route that is not in the table is found", () => {
  const { app } = testApp()
  app.delete("/api/v1/deployments/:id", (c) => c.text("gone"))
  const unlisted = [...registeredIn(app)].filter((route) => !listed.includes(route))
  assert.equal(unlisted, ["DELETE /api/v1/deployments/:id"])
})

const everyone = ["nobody", ...roles] as const

/** Who may what, written down a second time: + where everyone, in their order, is answered with success. */
const matrix: Readonly<Record<OperationId, string>> = {
  // nobody viewer publisher approver operator admin alertmanager
  createDeployment: "- - + - - + -",
  listDeployments: "- + + + + + -",
  getDeployment: "- + + + + + -",
  listDeploymentEvents: "- + + + + + -",
  rollbackDeployment: "- - - - + + -",
  cancelDeployment: "- - + - + + -",
  promoteDeployment: "- - - - + + -",
  holdDeployment: "- - - - + + -",
  resumeDeployment: "- - - - + + -",
  reportIncident: "- - - - + + -",
  approveDeployment: "- - - + - + -",
  rejectDeployment: "- - - + - + -",
  getDeploymentApprovals: "- + + + + + -",
  listApprovals: "- - - + - + -",
  assessRisk: "- + + + + + -",
  getRiskModel: "- + + + + + -",
  listRings: "- + + + + + -",
  getRingPolicy: "- + + + + + -",
  changeRingPolicy: "- - - - + + -",
  listRingPolicies: "- + + + + + -",
  listEvents: "- + + + + + -",
  streamEvents: "- + + + + + -",
  listApplications: "- + + + + + -",
  listConnectors: "- + + + + + -",
  listDrifts: "- + + + + + -",
  getDora: "- + + + + + -",
  listAlerts: "- + + + + + -",
  receiveAlerts: "- - - - - + +",
  listCircuitBreakers: "- + + + + + -",
  isolateCircuitBreaker: "- - - - + + -",
  resetCircuitBreaker: "- - - - + + -",
  createToken: "- - - - - + -",
  listTokens: "- - - - - + -",
  revokeToken: "- - - - - + -",
  seedDemoData: "- - - - - + -",
  clearDemoData: "- - - - - + -",
  getMetrics: "+ + + + + + +",
  getHealth: "+ + + + + + +",
  getLiveness: "+ + + + + + +",
  getReadiness: "+ + + + + + +",
  getOpenApi: "+ + + + + + +",
  getDocs: "+ + + + + + +",
  getDocsAsset: "+ + + + + + +",
}

test("the matrix has a line for every operation, and no other", () => {
  assert.equal(keysOf(matrix).toSorted(), [...operationIds].sort())
})

for (const id of operationIds) {
  for (const [column, who] of everyone.entries()) {
    const may = matrix[id]?.split(" ")[column] === "+"
    const refusal = who === "nobody" ? 401 : 403
    test(`${may ? "2xx" : refusal}: ${who} ${may ? "may" : "may not"} ${id}`, async () => {
      const { answer, authFailures } = call(id, who === "nobody" ? {} : as(who))
      const response = await answer
      if (may) assert.ok(response.ok, `${response.status}`)
      else assert.is((await problemIn(response)).status, refusal)
      assert.is(response.headers.get("www-authenticate"), response.status === 401 ? 'Bearer realm="eucora"' : null)
      assert.equal(authFailures, may ? [] : [who === "nobody" ? "missing" : "forbidden"])
    })
  }
}

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
