/** A deployment's ways through the rings, over HTTP: real PostgreSQL, two workers, the simulator. */
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { rings } from "../../src/rings/rings.ts"
import { sendJson } from "./lib/http.ts"
import { becomes, behave, changePolicy, type Scene, startScene, story, submit } from "./lib/rollout.ts"

const test = suite<{ scene: Scene }>("through the rings")

test.before(async (context) => {
  context.scene = await startScene()
})

test.after(({ scene }) => scene?.own.close())

interface Gate {
  readonly ring: string
  readonly verdict: string
  readonly reason: string
  readonly explanation: string
  readonly value: number | null
  readonly threshold: number | null
  readonly sample: number
  readonly source: string
  readonly trace_id: string
}

test("the happy path: five rings, each with a gate that passed, one event per step", async ({ scene }) => {
  const { id, trace_id } = await submit(scene, "Happy", { target_ring: "GLOBAL" })
  const done = await becomes(scene, id, { status: "COMPLETED" }, 60)
  const gates: readonly Gate[] = done.gates
  assert.equal(
    gates.map(({ ring, verdict, reason }) => [ring, verdict, reason]),
    rings.map((ring) => [ring, "passed", "met"]),
  )
  for (const { value, threshold, sample, source, trace_id: of } of gates) {
    assert.ok((value ?? 0) >= (threshold ?? 1))
    assert.ok(sample > 0)
    assert.equal([source, of], ["devices", trace_id])
  }
  const perRing = ["RING_STARTED", "GATE_EVALUATED"]
  const way = rings.flatMap((_, index) => (index === 0 ? perRing : ["RING_PROMOTED", ...perRing]))
  const before = ["DEPLOYMENT_CREATED", "RISK_ASSESSED", "DEPLOYMENT_APPROVED", "DEPLOYMENT_STARTED"]
  assert.equal(await story(scene, id), [...before, ...way, "DEPLOYMENT_COMPLETED"])
})

test("gate failed → roll-back: the reason is one sentence, and one set of fields", async ({ scene }) => {
  await behave(scene, "Crashing", { failRate: 0.4 })
  const { id } = await submit(scene, "Crashing", { target_ring: "PILOT" })
  const back = await becomes(scene, id, { status: "ROLLED_BACK" })
  assert.equal([back.outcome, back.reason], ["ROLLED_BACK", "LAB: 2 of 5 devices failed, more than 5 %."])
  const [gate]: readonly Gate[] = back.gates
  assert.equal([gate?.verdict, gate?.reason, gate?.value, gate?.threshold], ["failed", "failure_limit", 0.4, 0.05])
  assert.equal(
    back.rings.map(({ ring, state }: Record<string, string>) => [ring, state]),
    [["LAB", "rolled_back"]],
  )
  assert.equal((await story(scene, id)).slice(-3), ["GATE_EVALUATED", "ROLLBACK_INITIATED", "ROLLBACK_COMPLETED"])
})

test("a policy changes with If-Match only, and a deployment keeps the one it started with", async ({ scene }) => {
  const { olga, pia } = scene.who
  await changePolicy(scene, "LAB", { promotion: "manual" })
  const { id } = await submit(scene, "Manual", { target_ring: "CANARY" })
  const waiting = await becomes(scene, id, (found) => found.held_at !== null)
  await changePolicy(scene, "LAB", { promotion: "automatic" })
  const { body: read } = await olga.get("/rings/LAB/policy")
  assert.is((await olga.put("/rings/LAB/policy", read.policy)).status, 428)
  assert.is((await olga.put("/rings/LAB/policy", read.policy, { "if-match": '"1"' })).status, 412)
  assert.is((await pia.put("/rings/LAB/policy", read.policy, { "if-match": "*" })).status, 403)
  assert.ok(read.version > waiting.policy_version)

  // Manual promotion: the gate has passed, and it waits.
  assert.equal([waiting.status, waiting.current_ring, waiting.rings[0].state], ["DEPLOYING", "LAB", "passed"])
  assert.match(waiting.held_reason, "waits to be promoted")
  assert.is((await olga.post(`/deployments/${id}/resume`, { reason: "r" })).status, 409)
  assert.is((await pia.post(`/deployments/${id}/promote`, { reason: "r" })).status, 403)
  assert.is((await olga.post(`/deployments/${id}/promote`, { reason: "Looks well" })).status, 200)
  await becomes(scene, id, { status: "COMPLETED", held_at: null })
  assert.ok((await story(scene, id)).includes("DEPLOYMENT_HELD"))
})

test("gate failed → hold → resume: judged anew, held anew; promoting it overrides the gate and says so", async ({
  scene,
}) => {
  await changePolicy(scene, "LAB", { on_failure: "hold" })
  await behave(scene, "Doubtful", { failRate: 0.4 })
  const { id } = await submit(scene, "Doubtful", { target_ring: "LAB" })
  const held = await becomes(scene, id, (found) => found.held_at !== null)
  await changePolicy(scene, "LAB", { on_failure: "rollback" })
  assert.equal([held.status, held.held_reason], ["DEPLOYING", "LAB: 2 of 5 devices failed, more than 5 %."])
  const { olga } = scene.who
  assert.is((await olga.post(`/deployments/${id}/resume`, { reason: "look again" })).status, 200)
  const again = await becomes(scene, id, (found) => found.held_at !== null && found.gates.length === 2)
  assert.is(again.gates[1].verdict, "failed")
  assert.is((await olga.post(`/deployments/${id}/promote`, { reason: "known and harmless" })).status, 200)
  const done = await becomes(scene, id, { status: "COMPLETED" })
  assert.is(done.rings[0].state, "succeeded")
  const { body } = await olga.get(`/deployments/${id}/events`)
  assert.equal(body.items.at(-1).data, { ring: "LAB", reason: "known and harmless", overridden: true })
})

test("no data → hold; measured on meanwhile, resumed it passes", async ({ scene }) => {
  await changePolicy(scene, "LAB", { compliance_limit_seconds: 1 })
  await behave(scene, "Slow", { installSeconds: 4 })
  const { id } = await submit(scene, "Slow")
  const held = await becomes(scene, id, (found) => found.held_at !== null)
  await changePolicy(scene, "LAB", { compliance_limit_seconds: 60 })
  assert.equal([held.gates[0].verdict, held.status], ["inconclusive", "DEPLOYING"])
  assert.ok(["no_data", "success_rate"].includes(held.gates[0].reason))
  await becomes(scene, id, (found) => found.rings[0].installed === 5)
  assert.is((await scene.who.olga.post(`/deployments/${id}/resume`, { reason: "it is there" })).status, 200)
  const done = await becomes(scene, id, { status: "COMPLETED" })
  assert.is(done.gates.at(-1).verdict, "passed")
})

test("error limit: a back end that cannot be asked is no failed gate, and the deployment is taken back", async ({
  scene,
}) => {
  await changePolicy(scene, "LAB", { error_limit: 2 })
  await behave(scene, "Unseen", { installSeconds: 60 })
  const { id } = await submit(scene, "Unseen", { connector_type: "jamf" })
  await becomes(scene, id, (found) => found.rings[0]?.measured_at != null)
  await changePolicy(scene, "LAB", { error_limit: 8 })
  const faults = `${scene.own.config.simulator}/admin/faults/jamf`
  await sendJson("PUT", faults, { rules: [{ kind: "error", status: 500 }] })
  const gave = await becomes(scene, id, (found) => found.gates.length > 0)
  await sendJson("PUT", faults, { rules: [] })
  const [gate]: readonly Gate[] = gave.gates
  assert.equal([gate?.verdict, gate?.reason, gate?.source], ["inconclusive", "measuring", "connector"])
  await becomes(scene, id, { status: "ROLLED_BACK" })
})

test("an incident beyond the policy's limit fails the gate at once", async ({ scene }) => {
  await changePolicy(scene, "LAB", { soak_seconds: 600, incident_limit: 0 })
  const { id } = await submit(scene, "Incident")
  await becomes(scene, id, (found) => found.rings[0]?.compliant_at != null)
  await changePolicy(scene, "LAB", { soak_seconds: 1, incident_limit: 1 })
  const { olga } = scene.who
  const incident = { summary: "Outlook does not start", reference: "INC-1" }
  assert.is((await olga.post(`/deployments/${id}/incidents`, incident)).status, 201)
  const back = await becomes(scene, id, { status: "ROLLED_BACK" })
  assert.is(back.gates.at(-1).reason, "incidents")
  await olga.post(`/deployments/${id}/incidents`, incident)
  assert.is((await becomes(scene, id, { status: "ROLLED_BACK" })).incidents.length, 1)
})

test("waiting in PENDING: for its time, and for its turn", async ({ scene }) => {
  await behave(scene, "Queue", { installSeconds: 1 })
  const first = await submit(scene, "Queue")
  const second = await submit(scene, "Queue", { version: "2.0.0" })
  await becomes(scene, second.id, { status: "PENDING" })
  await becomes(scene, first.id, { status: "COMPLETED" })
  await becomes(scene, second.id, { status: "COMPLETED" })
  const notBefore = new Date(Date.now() + 3_000)
  const third = await submit(scene, "Queue", { version: "3.0.0", not_before: notBefore.toISOString() })
  await becomes(scene, third.id, { status: "PENDING" })
  const done = await becomes(scene, third.id, { status: "COMPLETED" })
  assert.ok(Date.parse(done.started_at) >= notBefore.getTime())
})

test("by hand from any ring: a soaking deployment goes back in reverse", async ({ scene }) => {
  await changePolicy(scene, "CANARY", { soak_seconds: 600 })
  const { id } = await submit(scene, "Recalled", { target_ring: "PILOT" })
  await becomes(scene, id, (found) => found.rings[1]?.compliant_at != null)
  await changePolicy(scene, "CANARY", { soak_seconds: 1 })
  const answer = await scene.who.olga.post(`/deployments/${id}/rollback`, { reason: "crashes on start" })
  assert.equal([answer.status, answer.body.status], [202, "ROLLING_BACK"])
  const back = await becomes(scene, id, { status: "ROLLED_BACK" })
  assert.equal(
    back.rings.map(({ ring, state }: Record<string, string>) => [ring, state]),
    [
      ["LAB", "rolled_back"],
      ["CANARY", "rolled_back"],
    ],
  )
  assert.is((await scene.who.olga.post(`/deployments/${id}/rollback`, { reason: "again" })).status, 409)
})

test.run()
