/** What is true of every page. */
import { test } from "uvu"
import * as assert from "uvu/assert"
import { aDetail } from "../api/examples/deployments.ts"
import type { ApiServices } from "../api/services.ts"
import { aBreaker, aConnector, aDeployment, anAlert, anApprovalRequest, existingId, unknownId } from "../api/testing.ts"
import { AppError } from "../lib/errors.ts"
import { assetAddress } from "./assets.ts"
import { testSite } from "./testing.ts"

const paths = [
  "/",
  "/?status=nothing",
  "/deployments/new",
  `/deployments/${existingId}`,
  "/approvals",
  "/approvals?state=decided",
  "/connectors",
  "/rings",
  "/alerts",
  "/dora",
  "/sign-in",
  "/nowhere",
]

for (const path of paths) {
  test(`${path} comes with its policy, is kept nowhere, and has nothing inline that the policy would refuse`, async () => {
    const response = await (await testSite().signedIn("admin")).get(path)
    const policy = response.headers.get("content-security-policy") ?? ""
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'$/)
    assert.not.match(policy, "unsafe")
    assert.is(response.headers.get("cache-control"), "no-store")
    assert.is(response.headers.get("referrer-policy"), "same-origin")
    const page = await response.text()
    assert.not.match(page, /<script(?! src=)|<style| style=| on\w+=|javascript:/i)
    const addresses = [...page.matchAll(/ (?:src|action)="([^"]*)"|<link [^>]*href="([^"]*)"/g)]
    for (const [, own, linked] of addresses) assert.match(own ?? linked ?? "", /^\/(?!\/)/)
  })
}

const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>\u202e&lt;`
const evilAlert = {
  ...anAlert,
  name: hostile,
  severity: hostile,
  component: hostile,
  labels: { [hostile]: hostile },
  annotations: { summary: hostile, description: hostile, runbook_url: "javascript:alert(3)", dashboard: hostile },
  generatorUrl: "data:text/html,<script>alert(4)</script>",
}
const evilDeployment = {
  ...aDeployment,
  appName: hostile,
  submitter: hostile,
  reason: hostile,
  heldReason: hostile,
  heldAt: new Date(0),
}
const evilDetail = {
  ...aDetail,
  ...evilDeployment,
  evidence: { test_evidence: { summary: hostile } },
  gates: aDetail.gates.map((gate) => ({ ...gate, explanation: hostile })),
  incidents: aDetail.incidents.map((incident) => ({
    ...incident,
    summary: hostile,
    reference: hostile,
    reportedBy: hostile,
  })),
}
const evilEvent = {
  ...aBreaker.history[0],
  type: "DEPLOYMENT_HELD",
  principal: hostile,
  data: { reason: hostile, ring: hostile },
}
const decision = {
  approver: hostile,
  decision: "conditional",
  rationale: hostile,
  conditions: [hostile],
  controls: [{ text: hostile, owner: hostile, expiresInDays: 1 }],
  at: new Date(0),
} as const
const evil = {
  listDeployments: async () => ({ items: [evilDeployment] }),
  getDeployment: async () => evilDetail,
  listDeploymentEvents: async () => [evilEvent],
  getApprovals: async () => ({
    deploymentId: existingId,
    status: "AWAITING_CAB",
    approvals: 1,
    required: 2,
    controlRequired: true,
    expiresAt: null,
    decisions: [decision],
  }),
  listApprovals: async () => ({ items: [{ ...anApprovalRequest, deployment: evilDeployment }] }),
  listAlerts: async () => ({ items: [evilAlert] }),
  listCircuitBreakers: async () => [
    { ...aBreaker, connectorType: "jamf", service: hostile, reason: hostile, history: [evilEvent] },
  ],
  listConnectors: async () => [aConnector],
} as unknown as Partial<ApiServices>

for (const path of paths.slice(0, -2)) {
  test(`${path} shows hostile names as the texts that they are`, async () => {
    const response = await (await testSite({ services: evil }).signedIn("admin")).get(path)
    const page = await response.text()
    assert.not.match(page, /<script>|<img|javascript:|href="data:/)
    if (!["/deployments/new", "/rings", "/dora"].includes(path))
      assert.match(page, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;")
  })
}

test("hostile input comes back as text too: in fields, in problems, in what is kept to be sent again", async () => {
  const visitor = await testSite({ services: evil }).signedIn("admin")
  const forms = [
    await visitor.get(`/?${new URLSearchParams({ app_name: hostile, status: hostile, [hostile]: hostile })}`),
    await visitor.get(
      `/deployments/new?${new URLSearchParams({ app_name: hostile, "evidence.rollback_plan.text": hostile })}`,
    ),
    await visitor.post("/deployments", { app_name: hostile, version: hostile }),
    await visitor.post(`/deployments/${existingId}/hold`, { reason: `${hostile}\0` }),
    await testSite()
      .visitor()
      .post(`/deployments/${existingId}/hold`, { [hostile]: hostile }),
  ]
  for (const response of forms) {
    const page = await response.text()
    assert.match(page, "&lt;script&gt;alert(1)")
    assert.not.match(page, /<script>|<img/)
  }
})

test("a page that is not there is a page for people and a problem for programs", async () => {
  const { visitor } = testSite()
  const page = await visitor().get("/nowhere")
  assert.is(page.status, 404)
  assert.match(await page.text(), page.headers.get("x-correlation-id") ?? "no id")
  const problem = await visitor().get("/nowhere", { Accept: "application/json" })
  assert.is(problem.headers.get("content-type"), "application/problem+json")
  assert.is((await visitor().get("/api/v1/nowhere")).headers.get("content-type"), "application/problem+json")
  assert.is((await visitor().get(`/deployments/${existingId}/hold`)).status, 405)
})

test("404: an unknown deployment, and what is no id", async () => {
  const visitor = await testSite().signedIn("viewer")
  for (const id of [unknownId, "7", "new%2F..", "%00"]) assert.is((await visitor.get(`/deployments/${id}`)).status, 404)
})

test("500: what we did not foresee is told without what it was, and logged with it", async () => {
  const site = testSite({ services: { listAlerts: () => Promise.reject(new Error("SELECT secret")) } })
  const response = await (await site.signedIn("viewer")).get("/alerts")
  assert.is(response.status, 500)
  assert.not.match(await response.text(), "SELECT")
  assert.is(site.lines.at(-1)?.level, "error")
})

test("503: a form that could not be taken is kept on the page and can be sent again", async () => {
  const away = () => Promise.reject(new AppError("unavailable", "The database cannot be reached."))
  const site = testSite({ services: { holdDeployment: away, getDeployment: away } })
  const response = await (await site.signedIn("operator")).post(`/deployments/${existingId}/hold`, {
    reason: "looked at",
  })
  assert.is(response.status, 503)
  const page = await response.text()
  assert.match(page, `<form method="post" action="/deployments/${existingId}/hold">`)
  assert.match(page, `<input type="hidden" name="reason" value="looked at">`)
})

test("401: so is one that was sent after the session was over", async () => {
  const page = await (
    await testSite().visitor().post(`/deployments/${existingId}/hold`, { reason: "looked at" })
  ).text()
  assert.match(page, "Sign in in another tab")
  assert.match(page, `name="reason" value="looked at"`)
})

test("files are kept for as long as they are what they were", async () => {
  const { visitor } = testSite()
  for (const name of ["style.css", "live.js", "icon.svg"] as const) {
    const response = await visitor().get(assetAddress(name))
    assert.is(response.headers.get("cache-control"), "public, max-age=31536000, immutable")
    const etag = response.headers.get("etag") ?? ""
    const again = await visitor().get(`/assets/${name}`, { "If-None-Match": etag })
    assert.equal([again.status, again.headers.get("cache-control")], [304, "no-cache"])
  }
  assert.is((await visitor().get("/assets/handlers.ts")).status, 404)
  assert.is((await visitor().get("/assets/..%2Fapp.ts")).status, 404)
})

test.run()
