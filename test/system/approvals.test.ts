/** Approvals over HTTP: one, two with controls, rejection, expiry, four eyes; and cancelling in every state. */
import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { becomes, behave, changePolicy, needing, type Scene, startScene, story, submit } from "./lib/rollout.ts"

const test = suite<{ scene: Scene; sql: postgres.Sql }>("approvals")

test.before(async (context) => {
  context.scene = await startScene()
  context.sql = postgres(context.scene.own.databaseUrl, { max: 1 })
})

test.after(async ({ scene, sql }) => {
  await sql?.end()
  await scene?.own.close()
})

const rationale = "Tested on the reference devices"

test("a score of 51 to 75 needs one approval, and that dispatches it", async ({ scene }) => {
  const { ada } = scene.who
  const { id, status } = await submit(scene, "Agent", needing(1))
  assert.is(status, "AWAITING_CAB")
  const mine = await ada.get("/approvals?state=mine")
  assert.ok(mine.body.items.some((item: { deployment: { id: string } }) => item.deployment.id === id))
  const answer = await ada.post(`/deployments/${id}/approve`, {
    decision: "conditional",
    rationale,
    conditions: ["Not on Fridays"],
  })
  assert.equal([answer.status, answer.body.status], [200, "APPROVED"])
  await becomes(scene, id, { status: "COMPLETED" })
  const types = await story(scene, id)
  assert.equal(types.slice(2, 6), ["CAB_SUBMITTED", "CAB_APPROVED", "DEPLOYMENT_APPROVED", "DEPLOYMENT_STARTED"])
  const { body } = await ada.get(`/deployments/${id}/approvals`)
  assert.equal(body.decisions[0].conditions, ["Not on Fridays"])
})

test("above 75 it needs two people and a compensating control", async ({ scene }) => {
  const { ada, abe } = scene.who
  const { id } = await submit(scene, "Unknown", needing(2))
  const first = await ada.post(`/deployments/${id}/approve`, { rationale })
  assert.equal([first.status, first.body.status], [200, "AWAITING_CAB"])
  assert.is((await ada.post(`/deployments/${id}/approve`, { rationale })).status, 409)
  const bare = await abe.post(`/deployments/${id}/approve`, { rationale })
  assert.equal([bare.status, bare.body.type], [422, "urn:eucora:problem:controls-required"])
  const controls = [{ text: "Network watched for a week", owner: "abe" }]
  const second = await abe.post(`/deployments/${id}/approve`, { rationale, controls })
  assert.equal([second.status, second.body.status], [200, "APPROVED"])
  await becomes(scene, id, { status: "COMPLETED" })
})

test("rejected: it ends there, with the reason", async ({ scene }) => {
  const { id } = await submit(scene, "Unwanted", needing(1))
  const answer = await scene.who.ada.post(`/deployments/${id}/reject`, { rationale: "No need for it" })
  assert.equal([answer.status, answer.body.status], [200, "REJECTED"])
  const ended = await becomes(scene, id, { status: "REJECTED" })
  assert.equal([ended.outcome, ended.rings], ["REJECTED", []])
  assert.is((await scene.who.abe.post(`/deployments/${id}/approve`, { rationale })).status, 409)
})

test("what nobody decides in its time is rejected as expired", async ({ scene, sql }) => {
  const { id } = await submit(scene, "Forgotten", needing(1))
  await sql`UPDATE deployments SET approval_expires_at = now() - interval '1 second' WHERE id = ${id}`
  const ended = await becomes(scene, id, { status: "REJECTED" })
  assert.is(ended.reason, "expired")
})

test("four eyes: who submits does not approve, through the API or in SQL", async ({ scene, sql }) => {
  const { ada } = scene.who
  const { id } = await submit(scene, "Own", needing(1))
  // The same person with another token, of a role that may approve.
  const { people } = await import("./lib/people.ts")
  const { PIA } = await people({ databaseUrl: scene.own.databaseUrl, api: scene.own.config.api }, { PIA: "approver" })
  const answer = await PIA.post(`/deployments/${id}/approve`, { rationale })
  assert.equal([answer.status, answer.body.type], [403, "urn:eucora:problem:four-eyes"])
  const insert = (approver: string) =>
    sql`INSERT INTO approvals (deployment_id, approver, decision, rationale) VALUES (${id}, ${approver}, 'approved', 'r')`
  const refusal = await insert("pia").then(
    () => "taken",
    (error: postgres.PostgresError) => error.constraint_name,
  )
  assert.is(refusal, "approvals_four_eyes")
  const skipped = await sql`UPDATE deployments SET status = 'APPROVED' WHERE id = ${id}`.then(
    () => "taken",
    (error: postgres.PostgresError) => error.constraint_name,
  )
  assert.is(skipped, "deployments_quorum")
  assert.is((await ada.post(`/deployments/${id}/reject`, { rationale })).status, 200)
})

test("cancelled in AWAITING_CAB, APPROVED and PENDING; once a ring has started, cancelling is refused", async ({
  scene,
}) => {
  const { pia, olga } = scene.who
  const cancel = (id: string) => pia.post(`/deployments/${id}/cancel`, { reason: "wrong version" })
  const awaiting = await submit(scene, "Cancel", needing(1))
  assert.equal([(await cancel(awaiting.id)).status, (await cancel(awaiting.id)).status], [200, 409])

  // While no worker takes its task it stays APPROVED.
  const workers = scene.own.stack.view().filter(({ name }) => name.startsWith("worker"))
  const tell = (signal: NodeJS.Signals) => {
    for (const { process: at } of workers) if (at !== undefined) process.kill(at.pid, signal)
  }
  tell("SIGSTOP")
  const approved = await submit(scene, "Cancel")
  assert.equal([approved.status, (await cancel(approved.id)).body.status], ["APPROVED", "CANCELLED"])
  tell("SIGCONT")

  const later = new Date(Date.now() + 3_600_000).toISOString()
  const pending = await submit(scene, "Cancel", { not_before: later })
  await becomes(scene, pending.id, { status: "PENDING" })
  assert.is((await olga.post(`/deployments/${pending.id}/hold`, { reason: "wait" })).status, 200)
  assert.is((await cancel(pending.id)).body.status, "CANCELLED")

  await changePolicy(scene, "LAB", { soak_seconds: 600 })
  const started = await submit(scene, "Cancel")
  await becomes(scene, started.id, { status: "DEPLOYING" })
  await changePolicy(scene, "LAB", { soak_seconds: 1 })
  assert.is((await cancel(started.id)).status, 409)
  await olga.post(`/deployments/${started.id}/rollback`, { reason: "after all" })
  await becomes(scene, started.id, { status: "ROLLED_BACK" })
  assert.is((await cancel(started.id)).status, 409)

  const completed = await submit(scene, "Cancel", { version: "2.0.0" })
  await becomes(scene, completed.id, { status: "COMPLETED" })
  assert.is((await cancel(completed.id)).status, 409)

  await behave(scene, "Broken", { failRate: 1 })
  const broken = await submit(scene, "Broken")
  await becomes(scene, broken.id, { status: "ROLLED_BACK" })
  assert.is((await cancel(broken.id)).status, 409)
})

test.run()
