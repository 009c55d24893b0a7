import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError } from "../../lib/errors.ts"
import type { Role } from "../../lib/principal.ts"
import { policyPageSchema, policyVersionSchema, ringListSchema } from "../schemas/ring.ts"
import { aPolicyBody, aPolicyVersion, as, existingId, posted, problemIn, testApp } from "../testing.ts"

const base = "/api/v1/rings"
const policy = `${base}/LAB/policy`
const put = (body: unknown, headers: Readonly<Record<string, string>> = {}, role: Role = "operator"): RequestInit => ({
  ...posted(role, body, headers),
  method: "PUT",
})

test("200: every ring with its policy in force and what goes on in it", async () => {
  const { app } = testApp()
  const response = await app.request(base, { headers: as("viewer") })
  assert.is(response.status, 200)
  const [ring] = ringListSchema.parse(await response.json()).items
  assert.equal(ring, {
    ring: "LAB",
    version: 12,
    policy: aPolicyBody,
    created_by: "ada",
    created_at: "2026-03-01T12:00:00.000Z",
    active: { deployments: 1, targeted: 8, pending: 5, installed: 3, failed: 0 },
    oldest: [
      {
        deployment_id: existingId,
        app_name: "Notepad++",
        version: "8.7.1",
        status: "DEPLOYING",
        held: false,
        targeted: 8,
        pending: 5,
        installed: 3,
        failed: 0,
        started_at: "2026-03-01T12:00:01.000Z",
      },
    ],
  })
})

test("200: a policy is served with its version as ETag, and is what may be sent back", async () => {
  const { app, calls } = testApp()
  const response = await app.request(policy, { headers: as("viewer") })
  const etag = response.headers.get("etag")
  assert.is(etag, '"12"')
  const served = policyVersionSchema.parse(await response.json())
  const request = put(served.policy, { "If-Match": etag ?? "", "X-Correlation-ID": "change-1" })
  const changed = await app.request(policy, request)
  assert.equal([changed.status, changed.headers.get("etag")], [200, '"13"'])
  assert.equal(policyVersionSchema.parse(await changed.json()).policy, aPolicyBody)
  const operator = {
    principal: { tokenId: "operator", name: "operator-person", role: "operator" },
    correlationId: "change-1",
  }
  assert.equal(calls.at(-1), { verb: "changeRingPolicy", arguments: [operator, "LAB", aPolicyVersion.policy, [12]] })
})

const preconditions: readonly (readonly [header: string | undefined, expected: unknown])[] = [
  [undefined, undefined],
  ["*", "*"],
  ['"12"', [12]],
  ['"12", "13"', [12, 13]],
  ['W/"12"', []],
  ['"twelve"', []],
  ['""', []],
  ['"99999999999"', []],
]
for (const [header, expected] of preconditions)
  test(`If-Match ${header ?? "left out"} is told to the verb, which decides`, async () => {
    const { app, calls } = testApp()
    await app.request(policy, put(aPolicyBody, header === undefined ? {} : { "If-Match": header }))
    assert.equal(calls[0]?.arguments[3], expected)
  })

for (const header of ["12", '"12', "*, *", '"1" "2"', "W/12", '"a\u00e4"'])
  test(`400: If-Match ${header} is no list of entity tags`, async () => {
    const { app, calls } = testApp()
    assert.is((await problemIn(await app.request(policy, put(aPolicyBody, { "If-Match": header })))).status, 400)
    assert.equal(calls, [])
  })

for (const [kind, status] of [
  ["precondition_required", 428],
  ["precondition_failed", 412],
] as const)
  test(`${status}: ${kind} is told as it is`, async () => {
    const { app } = testApp({ changeRingPolicy: () => Promise.reject(new AppError(kind, "Look again.")) })
    const problem = await problemIn(await app.request(policy, put(aPolicyBody)))
    assert.equal([problem.status, problem.detail], [status, "Look again."])
  })

const { success_rate: _, ...incomplete } = aPolicyBody
const bad: readonly (readonly [what: string, body: unknown, ...fields: string[]])[] = [
  ["nothing", {}, ...Object.keys(aPolicyBody)],
  ["a field missing", incomplete, "success_rate"],
  ["an unknown field", { ...aPolicyBody, colour: "red" }, "colour"],
  ["a name in the manner of the code", { ...incomplete, successRate: 1 }, "success_rate", "successRate"],
  ["per cent for a share", { ...aPolicyBody, success_rate: 95 }, "success_rate"],
  ["a negative failure limit", { ...aPolicyBody, failure_limit: -0.1 }, "failure_limit"],
  ["half a device", { ...aPolicyBody, minimum_sample: 0.5 }, "minimum_sample"],
  ["no attempt", { ...aPolicyBody, error_limit: 0 }, "error_limit"],
  ["a soak of more than 90 days", { ...aPolicyBody, soak_seconds: 91 * 86_400 }, "soak_seconds"],
  [
    "no time to comply",
    { ...aPolicyBody, compliance_limit_seconds: 0 },
    "compliance_limit_seconds",
    "poll_interval_seconds",
  ],
  ["a look after the time is over", { ...aPolicyBody, poll_interval_seconds: 14_401 }, "poll_interval_seconds"],
  ["an unknown way out", { ...aPolicyBody, no_data: "pass" }, "no_data"],
  ["text for yes", { ...aPolicyBody, hold_on_alerts: "yes" }, "hold_on_alerts"],
  ["a query that is empty", { ...aPolicyBody, query: { ...aPolicyBody.query, promql: "" } }, "query.promql"],
  ["an unknown comparison", { ...aPolicyBody, query: { ...aPolicyBody.query, comparison: ">" } }, "query.comparison"],
]
for (const [what, body, ...fields] of bad)
  test(`422: a policy with ${what} is refused by field, and nothing is changed`, async () => {
    const { app, calls } = testApp()
    const problem = await problemIn(await app.request(policy, put(body, { "If-Match": '"12"' })))
    assert.equal([problem.status, problem.errors?.map(({ field }) => field).sort()], [422, fields.sort()])
    assert.equal(calls, [])
  })

test("a PUT is guarded as a POST is: its size, its type, its JSON", async () => {
  const { app } = testApp()
  const etag = { "If-Match": '"12"' }
  const cases = [
    [413, put({ ...aPolicyBody, comment: "c".repeat(64 * 1024) }, etag)],
    [415, put(aPolicyBody, { ...etag, "Content-Type": "text/plain" })],
    [400, put("{", etag)],
  ] as const
  for (const [status, request] of cases) assert.is((await problemIn(await app.request(policy, request))).status, status)
})

test("200: the history of a ring in pages, each leading to the next", async () => {
  const { app, calls } = testApp()
  const headers = as("viewer")
  const first = await app.request(`${policy}/versions?limit=2`, { headers })
  const page = policyPageSchema.parse(await first.json())
  assert.equal(
    page.items.map(({ version }) => version),
    [3, 2],
  )
  assert.match(first.headers.get("link") ?? "", `cursor=${page.next}`)
  const last = policyPageSchema.parse(await (await app.request(`${policy}/versions`, { headers })).json())
  assert.equal([last.items.length, last.next], [3, null])
  await app.request(`${policy}/versions?limit=2&cursor=${page.next}`, { headers })
  assert.equal(calls.at(-1)?.arguments, ["LAB", { before: 2, limit: 3 }])
})

test("400: there is no such ring", async () => {
  const { app } = testApp()
  for (const path of [`${base}/lab/policy`, `${base}/MOON/policy`, `${base}/MOON/policy/versions`])
    assert.is((await problemIn(await app.request(path, { headers: as("viewer") }))).status, 400)
})

test.run()
