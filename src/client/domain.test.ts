/** The client against the API as it is in production: its verbs, over HTTP, on real PostgreSQL. */
import { test } from "uvu"
import * as assert from "uvu/assert"
import { smallToolEvidence } from "../risk/examples.ts"
import { ApiError, createClient, type NewDeployment } from "./index.ts"
import { servedApi } from "./testing.ts"

const { baseUrl, token, close } = await servedApi()
const admin = createClient({ baseUrl, token })

const scored25 = (version: string): NewDeployment => ({
  app_name: "Tool",
  version,
  target_ring: "LAB",
  connector_type: "intune",
  evidence: smallToolEvidence,
})

/** The problem that a call is refused with. */
async function problemOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ApiError, String(error))
  return `${error.status} ${error.problem.type}`
}

test("a deployment is created once under its key, listed page by page, found, and told of in its events", async () => {
  const first = await admin.deployments.create(scored25("1.0.0"), { idempotencyKey: "order-1" })
  const again = await admin.deployments.create(scored25("1.0.0"), { idempotencyKey: "order-1" })
  assert.equal([first.replayed, again.replayed, again.id], [false, true, first.id])
  for (const version of ["2.0.0", "3.0.0"]) await admin.deployments.create(scored25(version))
  const versions: string[] = []
  for await (const { version } of admin.deployments.each({ app_name: "Tool", limit: 1 })) versions.push(version)
  assert.equal(versions, ["3.0.0", "2.0.0", "1.0.0"])
  const { evidence, risk } = await admin.deployments.get(first.id)
  assert.equal([evidence, risk.score], [smallToolEvidence, first.risk_score])
  const { items } = await admin.deployments.events(first.id)
  assert.is(items[0]?.type, "DEPLOYMENT_CREATED")
  for await (const event of admin.events.follow({ after: 0, subject_id: first.id })) {
    assert.equal([event.type, event.subject_id], ["DEPLOYMENT_CREATED", first.id])
    break
  }
})

test("a second person approves; what is refused is a problem with its type", async () => {
  const { evidence: _none, ...risky } = scored25("1.0.0")
  const { id } = await admin.deployments.create({ ...risky, app_name: "Risky" })
  assert.is(await problemOf(admin.deployments.approve(id, { rationale: "Mine" })), "403 urn:eucora:problem:four-eyes")
  const made = await admin.tokens.create({ name: "ada", role: "approver" })
  const ada = createClient({ baseUrl, token: made.token })
  const waiting = await ada.approvals.list()
  assert.is(waiting.items[0]?.deployment.id, id)
  const controls = [{ text: "Watched for a week", owner: "ada" }]
  await ada.deployments.approve(id, { rationale: "Tried", controls })
  assert.equal([(await ada.deployments.approvals(id)).approvals, waiting.items[0]?.required], [1, 2])
  assert.is(await problemOf(ada.deployments.cancel(id, { reason: "x" })), "403 urn:eucora:problem:forbidden")
})

test("a deployment or a policy that has changed since it was looked at is left alone", async () => {
  const { id } = await admin.deployments.create({ ...scored25("1.0.0"), app_name: "Held" })
  const { etag } = await admin.deployments.get(id)
  await admin.deployments.hold(id, { reason: "Wait" }, { ifMatch: etag })
  const late = admin.deployments.cancel(id, { reason: "Late" }, { ifMatch: etag })
  assert.is(await problemOf(late), "412 urn:eucora:problem:precondition-failed")
  const found = await admin.rings.policy("LAB")
  const changed = await admin.rings.changePolicy("LAB", { ...found.policy, soak_seconds: 7 }, { ifMatch: found.etag })
  assert.equal([changed.policy.soak_seconds, changed.etag === found.etag], [7, false])
  const again = admin.rings.changePolicy("LAB", found.policy, { ifMatch: found.etag })
  assert.is(await problemOf(again), "412 urn:eucora:problem:precondition-failed")
  const numbers: number[] = []
  for await (const { version } of admin.rings.eachPolicyVersion("LAB", { limit: 1 })) numbers.push(version)
  assert.equal(numbers, [changed.version, found.version])
})

test("a revoked token is refused from the next request on", async () => {
  const made = await admin.tokens.create({ name: "grace", role: "viewer" })
  const grace = createClient({ baseUrl, token: made.token })
  assert.is((await grace.connectors.list()).items.length, 5)
  await admin.tokens.revoke(made.id, { reason: "Left" })
  assert.is(await problemOf(grace.connectors.list()), "401 urn:eucora:problem:unauthenticated")
})

test.after(close)

test.run()
