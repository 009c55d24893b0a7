/** Every operation of the API has a method that asks for it as the API wants to be asked. */
import { test } from "uvu"
import * as assert from "uvu/assert"
import { access, type OperationId, operationIds } from "../api/access.ts"
import { aBreaker, aPolicyBody, existingId, testApp, tokenOf } from "../api/testing.ts"
import { smallToolEvidence } from "../risk/examples.ts"
import { type Client, createClient, type NewDeployment } from "./index.ts"

const body: NewDeployment = {
  app_name: "Notepad++",
  version: "8.7.1",
  target_ring: "LAB",
  connector_type: "intune",
  evidence: smallToolEvidence,
}
const reason = { reason: "Because" }
const alert = {
  status: "firing",
  labels: { alertname: "CircuitBreakerOpen" },
  annotations: {},
  startsAt: "2026-03-01T12:00:00Z",
  fingerprint: "1a30ba71cca2921f",
} as const

/** Pages for browsers, which are not asked for by programs. */
type Pages = "getDocs" | "getDocsAsset"

/** One call of each method. */
const calls: Readonly<Record<Exclude<OperationId, Pages>, (client: Client) => Promise<unknown>>> = {
  createDeployment: ({ deployments }) => deployments.create(body),
  listDeployments: ({ deployments }) => deployments.list({ app_name: "Notepad++", ring: "LAB", limit: 2 }),
  getDeployment: ({ deployments }) => deployments.get(existingId),
  listDeploymentEvents: ({ deployments }) => deployments.events(existingId),
  rollbackDeployment: ({ deployments }) => deployments.rollback(existingId, reason),
  cancelDeployment: ({ deployments }) => deployments.cancel(existingId, reason),
  promoteDeployment: ({ deployments }) => deployments.promote(existingId, reason),
  holdDeployment: ({ deployments }) => deployments.hold(existingId, reason),
  resumeDeployment: ({ deployments }) => deployments.resume(existingId, reason),
  reportIncident: ({ deployments }) => deployments.reportIncident(existingId, { summary: "It hangs" }),
  approveDeployment: ({ deployments }) => deployments.approve(existingId, { rationale: "Tried" }),
  rejectDeployment: ({ deployments }) => deployments.reject(existingId, { rationale: "Not now" }),
  getDeploymentApprovals: ({ deployments }) => deployments.approvals(existingId),
  listApprovals: ({ approvals }) => approvals.list({ state: "decided" }),
  assessRisk: ({ risk }) => risk.assess({ app_name: "Notepad++", target_ring: "LAB" }),
  getRiskModel: ({ risk }) => risk.model("1.0"),
  listRings: ({ rings }) => rings.list(),
  getRingPolicy: ({ rings }) => rings.policy("LAB"),
  changeRingPolicy: ({ rings }) => rings.changePolicy("LAB", aPolicyBody, { ifMatch: '"1"' }),
  listRingPolicies: ({ rings }) => rings.policyVersions("LAB", { limit: 1 }),
  listEvents: ({ events }) => events.list({ type: "RING_STARTED", after: 3 }),
  streamEvents: ({ events }) => events.follow({ after: 3 }).next(),
  listApplications: ({ applications }) => applications.list({ limit: 1 }),
  listConnectors: ({ connectors }) => connectors.list(),
  listDrifts: ({ drifts }) => drifts.list({ state: "open" }),
  getDora: ({ dora }) => dora.get({ days: 7 }),
  listAlerts: ({ alerts }) => alerts.list({ status: "firing" }),
  receiveAlerts: ({ alerts }) => alerts.deliver({ version: "4", alerts: [alert] }),
  listCircuitBreakers: ({ circuitBreakers }) => circuitBreakers.list(),
  isolateCircuitBreaker: ({ circuitBreakers }) => circuitBreakers.isolate(aBreaker.service, reason),
  resetCircuitBreaker: ({ circuitBreakers }) => circuitBreakers.reset(aBreaker.service, reason),
  createToken: ({ tokens }) => tokens.create({ name: "ada", role: "approver" }),
  listTokens: ({ tokens }) => tokens.list({ state: "active" }),
  revokeToken: ({ tokens }) => tokens.revoke(existingId, reason),
  seedDemoData: ({ demo }) => demo.seed({ deployments: 10 }),
  clearDemoData: ({ demo }) => demo.clear(),
  getHealth: ({ health }) => health.get(),
  getLiveness: ({ health }) => health.live(),
  getReadiness: ({ health }) => health.ready(),
  getMetrics: ({ metrics }) => metrics.get(),
  getOpenApi: ({ openApi }) => openApi.get(),
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly status: number
}

/** A client whose requests go to the app without a network, and are noted. */
function clientOfApp(services: Parameters<typeof testApp>[0] = {}) {
  const sent: Sent[] = []
  const { app, calls: verbs } = testApp(services)
  const fetch = async (url: string, init: RequestInit) => {
    const response = await app.request(url, init)
    sent.push({ method: init.method ?? "", path: new URL(url).pathname, status: response.status })
    return response
  }
  return { client: createClient({ baseUrl: "http://api.test", token: tokenOf("admin"), fetch }), sent, verbs }
}

const pages: readonly string[] = ["getDocs", "getDocsAsset"] satisfies Pages[]

test("every operation of the API but its pages has a method", () => {
  assert.equal(Object.keys(calls).sort(), operationIds.filter((id) => !pages.includes(id)).sort())
})

for (const [id, call] of Object.entries(calls)) {
  test(`${id} is asked for under its method and path, and accepted`, async () => {
    const { client, sent } = clientOfApp()
    await call(client)
    const { method, path } = access[id as OperationId]
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`)
    assert.is(sent.length, 1)
    assert.is(sent[0]?.method, method.toUpperCase())
    assert.match(sent[0]?.path ?? "", pattern)
    assert.ok([200, 201, 202].includes(sent[0]?.status ?? 0), `${sent[0]?.status}`)
  })
}

test.run()
