import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError } from "../../lib/errors.ts"
import { fingerprintOf } from "../fingerprint.ts"
import { deploymentCursor } from "../schemas/cursor.ts"
import { deploymentDetailSchema, deploymentPageSchema } from "../schemas/deployment.ts"
import { exploreMetric, exploreTrace } from "../schemas/explore.ts"
import { aDeployment, as, existingId, posted, problemIn, testApp, traceId, unknownId } from "../testing.ts"

const body = { app_name: "Notepad++", version: "8.7.1", target_ring: "CANARY", connector_type: "intune" }
const input = { appName: "Notepad++", version: "8.7.1", targetRing: "CANARY", connectorType: "intune", evidence: {} }
const caller = {
  principal: { tokenId: "publisher", name: "publisher-person", role: "publisher" },
  correlationId: "order-1",
}
const path = "/api/v1/deployments"

const served = {
  id: existingId,
  app_name: "Notepad++",
  version: "8.7.1",
  target_ring: "CANARY",
  current_ring: "LAB",
  connector_type: "intune",
  status: "DEPLOYING",
  outcome: null,
  reason: null,
  risk_score: 14,
  risk_model_version: "v1.0",
  requires_cab: false,
  approvals_required: 0,
  approval_expires_at: null,
  not_before: null,
  held_at: null,
  held_reason: null,
  policy_version: 10,
  submitter: "publisher-person",
  correlation_id: "order-1",
  evidence_sha256: "0".repeat(64),
  created_at: "2026-03-01T12:00:00.000Z",
  started_at: "2026-03-01T12:00:01.000Z",
  finished_at: null,
  trace_id: traceId,
  demo: false,
  links: {
    self: `http://api.test${path}/${existingId}`,
    events: `http://api.test${path}/${existingId}/events`,
    trace: `http://jaeger.test/trace/${traceId}`,
    dashboard: "http://grafana.test/d/eucora-application?var-app_name=Notepad%2B%2B&from=1772366100000&to=now",
    explore_metric: exploreMetric(
      "http://grafana.test",
      'sum by (ring, status) (deployment_total{app_name="Notepad++"})',
      { from: new Date(1772366100000) },
    ),
    explore_trace: exploreTrace("http://grafana.test", traceId, { from: new Date(1772366100000) }),
  },
}

test("201: a deployment is created for the caller and served with its address and links", async () => {
  const { app, calls } = testApp()
  const response = await app.request(path, posted("publisher", body, { "X-Correlation-ID": "order-1" }))
  assert.is(response.status, 201)
  assert.is(response.headers.get("location"), `${path}/${existingId}`)
  assert.is(response.headers.get("idempotency-replayed"), null)
  assert.equal(await response.json(), served)
  assert.equal(calls, [{ verb: "createDeployment", arguments: [caller, input, undefined] }])
})

test("201: evidence is handed on as it was claimed", async () => {
  const { app, calls } = testApp()
  const evidence = { install: { privilege: "user", reboot: false }, vulnerability_scan: { critical: 0 } }
  assert.is((await app.request(path, posted("publisher", { ...body, evidence }))).status, 201)
  assert.equal(calls[0]?.arguments[1], { ...input, evidence })
})

test("201: a replay answers as the first time and says so", async () => {
  const { app, calls } = testApp({ createDeployment: async () => ({ deployment: aDeployment, replayed: true }) })
  const response = await app.request(path, posted("publisher", body, { "Idempotency-Key": "k-1" }))
  assert.is(response.status, 201)
  assert.is(response.headers.get("idempotency-replayed"), "true")
  assert.equal(await response.json(), served)
  const fingerprint = fingerprintOf({ method: "post", path }, input)
  assert.equal(calls[0]?.arguments[2], { key: "k-1", fingerprint })
})

test("a key stands for the same request however its members are ordered, and for no other", async () => {
  const { app, calls } = testApp()
  const reversed = Object.fromEntries(Object.entries(body).reverse())
  for (const sent of [body, reversed, { ...body, version: "8.7.2" }]) {
    await app.request(path, posted("publisher", sent, { "Idempotency-Key": "k-1" }))
  }
  const [first, same, other] = calls.map((call) => call.arguments[2])
  assert.equal(first, same)
  assert.not.equal(first, other)
})

for (const [kind, status] of [
  ["idempotency_in_flight", 409],
  ["idempotency_mismatch", 422],
  ["evidence_blocked", 422],
  ["unavailable", 503],
] as const) {
  test(`${status}: a creation that ends as ${kind} is a problem`, async () => {
    const { app } = testApp({ createDeployment: () => Promise.reject(new AppError(kind, "Not now.")) })
    assert.is((await problemIn(await app.request(path, posted("publisher", body)))).status, status)
  })
}

test("200: one deployment is served with its evidence, its score explained, its rings and why it stopped", async () => {
  const { app } = testApp()
  const response = await app.request(`${path}/${existingId}`, { headers: as("viewer") })
  assert.is(response.status, 200)
  const detail = deploymentDetailSchema.parse(await response.json())
  const { risk, gates, incidents, ...rest } = detail
  assert.equal([risk.score, risk.model_version, risk.factors.length, risk.missing], [27, "1.0", 8, []])
  assert.equal(
    gates.map(({ ring, verdict, reason }) => [ring, verdict, reason]),
    [["LAB", "failed", "failure_limit"]],
  )
  assert.equal(
    incidents.map(({ reference }) => reference),
    ["INC-4711"],
  )
  assert.equal(rest, {
    ...served,
    evidence: { install: { privilege: "user" } },
    rings: [
      {
        ring: "LAB",
        state: "deploying",
        previous_version: "8.7.0",
        targeted: 8,
        pending: 5,
        installed: 3,
        failed: 0,
        started_at: "2026-03-01T12:00:01.000Z",
        measured_at: "2026-03-01T12:00:05.000Z",
        compliant_at: null,
        finished_at: null,
      },
    ],
  })
})

test("200: a finished, untraced deployment links to no trace and to the dashboard of its time", async () => {
  const finishedAt = new Date("2026-03-01T12:10:00.000Z")
  const deployment = { ...aDeployment, finishedAt, traceId: null }
  const { app } = testApp({ listDeployments: async () => ({ items: [deployment] }) })
  const response = await app.request(path, { headers: as("viewer") })
  const { items } = deploymentPageSchema.parse(await response.json())
  assert.is(items[0]?.links.trace, null)
  assert.is(items[0]?.links.explore_trace, null)
  assert.match(items[0]?.links.dashboard ?? "", `&to=${finishedAt.getTime() + 300_000}`)
})

test("200: the filter reaches the verb in our words", async () => {
  const { app, calls } = testApp()
  const at = { createdAt: "2026-03-01T12:00:00.123456Z", id: existingId }
  const query = new URLSearchParams({
    app_name: "Notepad++",
    ring: "CANARY",
    status: "FAILED",
    connector: "jamf",
    submitter: "release bot",
    created_after: "2026-03-01T00:00:00+02:00",
    created_before: "2026-03-02T00:00:00Z",
    limit: "200",
    cursor: deploymentCursor.encode(at),
  })
  assert.is((await app.request(`${path}?${query}`, { headers: as("viewer") })).status, 200)
  assert.equal(calls[0]?.arguments, [
    {
      appName: "Notepad++",
      targetRing: "CANARY",
      status: "FAILED",
      connectorType: "jamf",
      submitter: "release bot",
      createdAfter: new Date("2026-02-28T22:00:00Z"),
      createdBefore: new Date("2026-03-02T00:00:00Z"),
      demo: undefined,
      after: at,
      limit: 200,
    },
  ])
})

test("200: a moment before 1970, which the database may not know, means 1970", async () => {
  const { app, calls } = testApp()
  const query = "created_after=0000-01-01T00:00:00Z&created_before=1969-12-31T23:59:59Z"
  assert.is((await app.request(`${path}?${query}`, { headers: as("viewer") })).status, 200)
  const epoch = new Date(0).toISOString()
  assert.equal(JSON.parse(JSON.stringify(calls[0]?.arguments)), [
    { createdAfter: epoch, createdBefore: epoch, limit: 50 },
  ])
})

test("200: a page names the next one in its body and in Link, with the same filter", async () => {
  const next = { createdAt: "2026-03-01T12:00:00.123456Z", id: existingId }
  const { app, calls } = testApp({ listDeployments: async () => ({ items: [aDeployment], next }) })
  const response = await app.request(`${path}?status=FAILED&limit=1`, { headers: as("viewer") })
  const page = deploymentPageSchema.parse(await response.json())
  const link = /^<(.+)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1] ?? ""
  assert.is(new URL(link, "http://api.test").searchParams.get("cursor"), page.next)
  const following = await app.request(link, { headers: as("viewer") })
  assert.is(following.status, 200)
  assert.is(following.headers.get("link"), response.headers.get("link"))
  const filter = { status: "FAILED", limit: 1 }
  assert.equal(JSON.parse(JSON.stringify(calls.map((call) => call.arguments[0]))), [filter, { ...filter, after: next }])
})

test("200: the last page has no next, 50 items are the usual limit", async () => {
  const { app, calls } = testApp()
  const response = await app.request(path, { headers: as("viewer") })
  assert.is(deploymentPageSchema.parse(await response.json()).next, null)
  assert.is(response.headers.get("link"), null)
  assert.equal(JSON.parse(JSON.stringify(calls[0]?.arguments)), [{ limit: 50 }])
})

test("200: the events are served in order, chained", async () => {
  const { app } = testApp()
  const response = await app.request(`${path}/${existingId}/events`, { headers: as("approver") })
  assert.equal(await response.json(), {
    items: [
      {
        id: "0199d3a1-5b7e-7c43-9f0a-aaaaaaaaaaaa",
        type: "DEPLOYMENT_CREATED",
        subject_type: "deployment",
        subject_id: existingId,
        sequence: 1,
        at: "2026-03-01T12:00:00.000Z",
        principal: "publisher-person",
        correlation_id: "order-1",
        trace_id: traceId,
        data: { version: "8.7.1" },
        previous_hash: null,
        hash: "1".repeat(64),
      },
    ],
  })
})

test("404: an id that nothing has is a problem under each of its paths", async () => {
  const { app } = testApp()
  for (const suffix of ["", "/events"]) {
    const problem = await problemIn(await app.request(`${path}/${unknownId}${suffix}`, { headers: as("viewer") }))
    assert.is(problem.status, 404)
  }
})

test.run()
