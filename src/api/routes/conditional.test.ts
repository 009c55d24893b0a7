import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError } from "../../lib/errors.ts"
import { aDetail } from "../examples/deployments.ts"
import { as, existingId, posted, problemIn, testApp } from "../testing.ts"

const path = `/api/v1/deployments/${existingId}`
const get = (url: string, headers: Record<string, string> = {}, services = {}) =>
  testApp(services, { rateLimits: { perToken: 9, perAddress: 0, trustedProxies: [] } }).app.request(url, {
    headers: { ...as("viewer"), ...headers },
  })
const tagOf = (response: Response) => response.headers.get("etag") ?? ""

for (const url of [path, "/api/v1/deployments"]) {
  test(`304: ${url} that is known already is not sent again, and the rest is told all the same`, async () => {
    const first = await get(url)
    assert.match(tagOf(first), /^"[\w-]+"$/)
    for (const known of [tagOf(first), `"other", ${tagOf(first)}`, `W/${tagOf(first)}`, "*"]) {
      const again = await get(url, { "If-None-Match": known, "X-Correlation-ID": "poll-1" })
      assert.equal([again.status, await again.text(), tagOf(again)], [304, "", tagOf(first)])
      assert.is(again.headers.get("x-correlation-id"), "poll-1")
      assert.is(again.headers.get("ratelimit"), '"token";r=8;t=10')
      assert.is(again.headers.get("cache-control"), "no-store")
    }
  })

  test(`200: ${url} is sent to who knows something else`, async () => {
    for (const known of ['"other"', ""])
      assert.is((await get(url, known ? { "If-None-Match": known } : {})).status, 200)
  })

  test(`400: ${url} with an If-None-Match that is none`, async () => {
    assert.is((await problemIn(await get(url, { "If-None-Match": "other" }))).status, 400)
  })
}

test("progress changes the ETag and not what an If-Match is about", async () => {
  const rings = aDetail.rings.map((ring) => ({ ...ring, installed: ring.installed + 1 }))
  const moved = await get(path, {}, { getDeployment: async () => ({ ...aDetail, rings }) })
  assert.is.not(tagOf(moved), tagOf(await get(path)))
  assert.is((await get(path, { "If-None-Match": tagOf(moved) })).status, 200)
  const revisions = [tagOf(moved), tagOf(await get(path))].map((tag) => tag.split("-")[0])
  assert.equal(revisions, [`"${aDetail.revision}`, `"${aDetail.revision}`])
})

const actions = {
  approve: { role: "approver", body: { rationale: "fine" } },
  reject: { role: "approver", body: { rationale: "no" } },
  promote: { role: "operator", body: { reason: "fine" } },
  hold: { role: "operator", body: { reason: "wait" } },
  resume: { role: "operator", body: { reason: "go" } },
  rollback: { role: "operator", body: { reason: "back" } },
  cancel: { role: "operator", body: { reason: "no" } },
} as const
const expectation = ({ arguments: [caller] }: { readonly arguments: readonly unknown[] }) =>
  (caller as { readonly expected?: unknown }).expected
const weak = `W/"4-${"a".repeat(22)}"`
for (const [action, { role, body }] of Object.entries(actions)) {
  test(`${action} is asked for a deployment as its caller has seen it`, async () => {
    const tag = tagOf(await get(path))
    for (const [ifMatch, expected] of [
      [tag, [5]],
      [`"other", ${weak}, ${tag}`, [5]],
      ['"other"', []],
      ["*", "*"],
    ] as const) {
      const { app, calls } = testApp()
      assert.ok((await app.request(`${path}/${action}`, posted(role, body, { "If-Match": ifMatch }))).ok)
      assert.equal(calls.map(expectation), [expected])
    }
    const { app, calls } = testApp()
    await app.request(`${path}/${action}`, posted(role, body))
    assert.equal(calls.map(expectation), [undefined], "nothing is expected by who has not said so")
  })

  test(`400: ${action} with an If-Match that is none`, async () => {
    const { app, calls } = testApp()
    const refused = await app.request(`${path}/${action}`, posted(role, body, { "If-Match": "5" }))
    assert.is((await problemIn(refused)).status, 400)
    assert.equal(calls, [])
  })
}

test("412: what has changed meanwhile is told as such", async () => {
  const refuse = () => Promise.reject(new AppError("precondition_failed", "Something has happened."))
  const { app } = testApp({ promoteDeployment: refuse })
  const refused = await app.request(`${path}/promote`, posted("operator", { reason: "go" }, { "If-Match": '"4-a"' }))
  assert.equal((await problemIn(refused)).type, "urn:eucora:problem:precondition-failed")
  assert.is(refused.status, 412)
})

test.run()
