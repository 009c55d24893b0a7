import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError, type ErrorKind } from "../../lib/errors.ts"
import { approvalPageSchema, deploymentApprovalsSchema } from "../schemas/approval.ts"
import { approvalCursor } from "../schemas/cursor.ts"
import { deploymentSchema } from "../schemas/deployment.ts"
import { anApprovalRequest, as, existingId, posted, problemIn, testApp, unknownId } from "../testing.ts"

const base = "/api/v1/approvals"
const pathOf = (verb: string, id = existingId) => `/api/v1/deployments/${id}/${verb}`
const approver = {
  principal: { tokenId: "approver", name: "approver-person", role: "approver" },
  correlationId: "cab-1",
}
const correlated = { "X-Correlation-ID": "cab-1" }

test("200: an approval is asked of the verb with all that was said, and what the deployment is now is served", async () => {
  const { app, calls } = testApp()
  const body = {
    decision: "conditional",
    rationale: " Fine for LAB ",
    conditions: ["Not before Monday"],
    controls: [
      { text: "The traffic is watched", owner: "ada" },
      { text: "Logs too", owner: "bob", expires_in_days: 90 },
    ],
  }
  const response = await app.request(pathOf("approve"), posted("approver", body, correlated))
  assert.is(response.status, 200)
  assert.is(deploymentSchema.parse(await response.json()).status, "APPROVED")
  const approval = {
    decision: "conditional",
    rationale: "Fine for LAB",
    conditions: ["Not before Monday"],
    controls: [
      { text: "The traffic is watched", owner: "ada", expiresInDays: 30 },
      { text: "Logs too", owner: "bob", expiresInDays: 90 },
    ],
  }
  assert.equal(calls, [{ verb: "approveDeployment", arguments: [approver, existingId, approval] }])
})

test("200: a rationale is all that an approval or a rejection needs", async () => {
  const { app, calls } = testApp()
  const approved = await app.request(pathOf("approve"), posted("approver", { rationale: "fine" }, correlated))
  const rejected = await app.request(pathOf("reject"), posted("approver", { rationale: "not now" }, correlated))
  assert.equal([approved.status, deploymentSchema.parse(await rejected.json()).status], [200, "REJECTED"])
  const plain = { decision: "approved", rationale: "fine", conditions: [], controls: [] }
  assert.equal(calls, [
    { verb: "approveDeployment", arguments: [approver, existingId, plain] },
    { verb: "rejectDeployment", arguments: [approver, existingId, "not now"] },
  ])
})

const refusals: readonly (readonly [ErrorKind, number])[] = [
  ["four_eyes", 403],
  ["not_found", 404],
  ["already_decided", 409],
  ["invalid_transition", 409],
  ["controls_required", 422],
]
for (const [kind, status] of refusals)
  test(`${status}: ${kind} is told as it is`, async () => {
    const { app } = testApp({ approveDeployment: () => Promise.reject(new AppError(kind, "Because.")) })
    const problem = await problemIn(await app.request(pathOf("approve"), posted("approver", { rationale: "fine" })))
    assert.equal(
      [problem.status, problem.type, problem.detail],
      [status, `urn:eucora:problem:${kind.replaceAll("_", "-")}`, "Because."],
    )
  })

const control = { text: "The traffic is watched", owner: "ada" }
const bad: readonly (readonly [what: string, body: unknown, field: string])[] = [
  ["no rationale", {}, "rationale"],
  ["an empty rationale", { rationale: "  " }, "rationale"],
  ["a rationale of 501 characters", { rationale: "r".repeat(501) }, "rationale"],
  ["an unknown field", { rationale: "r", score: 1 }, "score"],
  ["a rejection", { rationale: "r", decision: "rejected" }, "decision"],
  ["a conditional approval without conditions", { rationale: "r", decision: "conditional" }, "conditions"],
  ["conditions of an approval that has none", { rationale: "r", conditions: ["c"] }, "conditions"],
  ["21 conditions", { rationale: "r", decision: "conditional", conditions: Array(21).fill("c") }, "conditions"],
  ["a control without owner", { rationale: "r", controls: [{ text: "t" }] }, "controls.0.owner"],
  [
    "a control of no day",
    { rationale: "r", controls: [{ ...control, expires_in_days: 0 }] },
    "controls.0.expires_in_days",
  ],
  [
    "a control of 91 days",
    { rationale: "r", controls: [{ ...control, expires_in_days: 91 }] },
    "controls.0.expires_in_days",
  ],
  [
    "a control of half a day",
    { rationale: "r", controls: [{ ...control, expires_in_days: 1.5 }] },
    "controls.0.expires_in_days",
  ],
]
for (const [what, body, field] of bad)
  test(`422: an approval with ${what} is refused and nothing is decided`, async () => {
    const { app, calls } = testApp()
    const problem = await problemIn(await app.request(pathOf("approve"), posted("approver", body)))
    assert.equal([problem.status, problem.errors?.map((error) => error.field)], [422, [field]])
    assert.equal(calls, [])
  })

test("422: a rejection takes a rationale and nothing else", async () => {
  for (const body of [{}, { rationale: "" }, { rationale: "r", conditions: ["c"] }]) {
    const { app, calls } = testApp()
    assert.is((await problemIn(await app.request(pathOf("reject"), posted("approver", body)))).status, 422)
    assert.equal(calls, [])
  }
})

test("200: the decisions on a deployment, and until when its controls hold", async () => {
  const { app } = testApp()
  const response = await app.request(pathOf("approvals"), { headers: as("viewer") })
  const { decisions, ...rest } = deploymentApprovalsSchema.parse(await response.json())
  assert.equal(rest, {
    deployment_id: existingId,
    status: "AWAITING_CAB",
    approvals: 1,
    required: 2,
    control_required: true,
    expires_at: "2026-03-03T12:00:00.000Z",
  })
  const [{ controls = [], ...decision } = {}] = decisions
  assert.equal(decision, {
    approver: "ada",
    decision: "conditional",
    rationale: "Fine for LAB",
    conditions: ["Not before Monday"],
    at: "2026-03-01T13:00:00.000Z",
  })
  assert.equal(controls, [
    { text: "The traffic is watched", owner: "bob", expires_in_days: 7, expires_at: "2026-03-08T13:00:00.000Z" },
  ])
  assert.is((await app.request(pathOf("approvals", unknownId), { headers: as("viewer") })).status, 404)
})

test("200: lists are the caller's own, and a page leads to the next one of the same list", async () => {
  const next = { state: "mine", at: "2026-03-03T12:00:00.000001Z", id: existingId } as const
  const { app, calls } = testApp({ listApprovals: async () => ({ items: [anApprovalRequest], next }) })
  const response = await app.request(base, { headers: { ...as("approver"), ...correlated } })
  const page = approvalPageSchema.parse(await response.json())
  const [request] = page.items
  assert.equal([request?.deployment.id, request?.approvals, request?.decision], [existingId, 1, null])
  assert.match(response.headers.get("link") ?? "", `cursor=${page.next}`)
  await app.request(`${base}?limit=7&cursor=${page.next}`, { headers: { ...as("approver"), ...correlated } })
  const filter = { state: "mine", hours: 24, limit: 50 }
  assert.equal(
    calls.map((call) => call.arguments),
    [
      [approver, { ...filter, after: undefined }],
      [approver, { ...filter, limit: 7, after: next }],
    ],
  )
})

const foreign = approvalCursor.encode({ state: "decided", at: "2026-03-03T12:00:00Z", id: existingId })
for (const query of ["state=all", "hours=0", "hours=721", "limit=201", "cursor=x", "person=ada", `cursor=${foreign}`])
  test(`400: a list cannot be asked for with ${query}`, async () => {
    const { app, calls } = testApp()
    assert.is((await problemIn(await app.request(`${base}?${query}`, { headers: as("approver") }))).status, 400)
    assert.equal(calls, [])
  })

test.run()
