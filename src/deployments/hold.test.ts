import { sql } from "drizzle-orm"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { changePolicies, drainBut, type Task, testEngine } from "../rings/testing.ts"
import { operatorOf, refusal } from "./testing.ts"
import type { DeploymentStatus } from "./types.ts"

const engine = await testEngine()
const { db, domain, simulator } = engine
const { cancel, hold, promote, resume, rollBack } = operatorOf(domain)
const isPoll = ({ name }: Task) => name === "poll-ring"

const test = suite("hold")
test.before.each(async () => {
  await engine.take()
  await changePolicies(db, { promotion: "automatic", onFailure: "rollback" })
})
test.after(() => engine.close())

/** A deployment in LAB, taken on by the back end and not measured yet. */
async function inLab(appName: string, targetRing: "LAB" | "CANARY" = "CANARY") {
  const { id } = await engine.submit({ appName, targetRing })
  const [poll] = await drainBut(engine, isPoll)
  return { id, poll }
}

const whereIs = async (id: string) => {
  const { status, currentRing, heldAt, rings } = await engine.get(id)
  return [status, currentRing, heldAt !== null, rings.map(({ ring, state }) => `${ring} ${state}`)]
}

test("what is held before it starts enters no ring, however often it is sent; resumed, it does", async () => {
  const { id } = await engine.submit({ appName: "Early" })
  const [task] = await engine.take()
  const held = await hold(id)
  assert.equal([held.status, held.heldReason], ["APPROVED", "look first"])
  for (const again of [task, task]) await engine.run(again)
  assert.equal(await whereIs(id), ["APPROVED", null, true, []])
  const resumed = await resume(id)
  assert.equal([resumed.status, resumed.heldAt, resumed.heldReason], ["APPROVED", null, null])
  await engine.drain()
  assert.equal(engine.effects("Early"), ["LAB install 1.0.0"])
  assert.equal((await engine.story(id)).slice(3, 6), ["DEPLOYMENT_HELD", "DEPLOYMENT_RESUMED", "DEPLOYMENT_STARTED"])
})

test("what is held in a ring is measured on and not judged; resumed, it is judged by its next measurement", async () => {
  const { id, poll } = await inLab("Ring")
  await hold(id)
  await engine.run(poll)
  const [next, ...others] = await engine.take()
  assert.equal([next?.name, others], ["poll-ring", []])
  const [ring] = (await engine.get(id)).rings
  assert.ok(ring?.installed === simulator.world.devices.LAB && ring.compliantAt !== null)
  await engine.run(next)
  assert.equal(await whereIs(id), ["DEPLOYING", "LAB", true, ["LAB deploying"]])
  await resume(id)
  await engine.drain()
  assert.is((await engine.get(id)).status, "COMPLETED")
})

test("a gate that is asked just as the deployment is held says nothing", async () => {
  const { id, poll } = await inLab("Just")
  await engine.run(poll)
  const [gate] = await engine.take()
  assert.is(gate?.name, "evaluate-gate")
  await hold(id)
  await engine.run(gate)
  assert.equal([await whereIs(id), (await engine.get(id)).gates], [["DEPLOYING", "LAB", true, ["LAB deploying"]], []])
  assert.equal(
    (await engine.take()).map(({ name }) => name),
    ["poll-ring"],
  )
})

test("what is held between two rings enters the next one when it is resumed, once", async () => {
  const { id, poll } = await inLab("Between")
  await engine.run(poll)
  for (const gate of await engine.take()) await engine.run(gate)
  const [deploy] = await engine.take()
  assert.is(deploy?.name, "deploy-to-ring")
  await hold(id)
  await engine.run(deploy)
  assert.equal(await whereIs(id), ["DEPLOYING", "LAB", true, ["LAB succeeded"]])
  assert.is(await refusal(promote(id)), "invalid_transition")
  await resume(id)
  await engine.run(deploy)
  await engine.drain()
  assert.equal(engine.effects("Between"), ["LAB install 1.0.0", "CANARY install 1.0.0"])
})

test("a ring that is to be promoted by hand waits for it, cannot be resumed past it, and the last one completes by itself", async () => {
  await changePolicies(db, { promotion: "manual" })
  const { id } = await engine.submit({ appName: "Manual", targetRing: "CANARY" })
  await engine.drain()
  assert.equal(await whereIs(id), ["DEPLOYING", "LAB", true, ["LAB passed"]])
  assert.match((await engine.get(id)).heldReason ?? "", /^LAB has passed its gate and waits to be promoted/)
  assert.is(await refusal(resume(id)), "invalid_transition")
  const promoted = await promote(id)
  assert.equal([promoted.status, promoted.heldAt], ["DEPLOYING", null])
  await engine.drain()
  assert.equal(await whereIs(id), ["COMPLETED", "CANARY", false, ["LAB succeeded", "CANARY succeeded"]])
  assert.equal(await promotion(id), {
    from: "LAB",
    to: "CANARY",
    reason: "good enough",
    overridden: false,
    by: "operator",
  })
})

async function promotion(id: string) {
  const [row] = await db.execute<{ said: object }>(sql`
    SELECT data::jsonb || jsonb_build_object('by', principal) AS said FROM events WHERE subject_id = ${id} AND type = 'RING_PROMOTED'`)
  return row?.said
}

test("who passes a failed gate by is named with the reason, and that the gate was overridden", async () => {
  await changePolicies(db, { onFailure: "hold" })
  simulator.world.setBehaviour("Forced", { failRate: 1 })
  const { id } = await engine.submit({ appName: "Forced", targetRing: "CANARY" })
  await drainBut(engine, isPoll).then(async ([poll]) => engine.run(poll))
  for (const gate of await engine.take()) await engine.run(gate)
  assert.equal(await whereIs(id), ["DEPLOYING", "LAB", true, ["LAB deploying"]])
  simulator.world.setBehaviour("Forced", { failRate: 0 })
  await promote(id)
  await engine.drain()
  assert.equal(await promotion(id), {
    from: "LAB",
    to: "CANARY",
    reason: "good enough",
    overridden: true,
    by: "operator",
  })
  assert.equal(await whereIs(id), ["COMPLETED", "CANARY", false, ["LAB succeeded", "CANARY succeeded"]])
})

test("a verdict from before a hold was lifted is no verdict to override", async () => {
  await changePolicies(db, { onFailure: "hold" })
  simulator.world.setBehaviour("Before", { failRate: 1 })
  const { id } = await engine.submit({ appName: "Before" })
  await drainBut(engine, isPoll).then(async ([poll]) => engine.run(poll))
  for (const gate of await engine.take()) await engine.run(gate)
  await resume(id)
  await hold(id)
  assert.is(await refusal(promote(id)), "invalid_transition")
})

test("only what a gate has held can be promoted: not what goes on, nor what an operator holds", async () => {
  const { id } = await inLab("Goes")
  assert.is(await refusal(promote(id)), "invalid_transition")
  await hold(id)
  assert.is(await refusal(promote(id)), "invalid_transition")
  assert.equal(await whereIs(id), ["DEPLOYING", "LAB", true, ["LAB deploying"]])
})

test("what is held cannot be held again, and what is not held cannot be resumed", async () => {
  const { id } = await inLab("Again")
  assert.is(await refusal(resume(id)), "invalid_transition")
  await hold(id)
  const story = await engine.story(id)
  assert.is(await refusal(hold(id)), "invalid_transition")
  assert.equal(await engine.story(id), story)
})

const settled: readonly DeploymentStatus[] = [
  "AWAITING_CAB",
  "COMPLETED",
  "REJECTED",
  "FAILED",
  "ROLLING_BACK",
  "ROLLED_BACK",
  "CANCELLED",
]
for (const status of settled)
  test(`what is ${status} can be neither held, resumed nor promoted`, async () => {
    const { id } = await engine.submit({
      appName: `Settled ${status}`,
      ...(status === "AWAITING_CAB" && { evidence: {} }),
    })
    await db.execute(sql`UPDATE deployments SET status = ${status} WHERE id = ${id}`)
    const story = await engine.story(id)
    for (const verb of [hold, resume, promote]) assert.is(await refusal(verb(id)), "invalid_transition")
    assert.equal([(await engine.get(id)).status, await engine.story(id)], [status, story])
  })

test("a held deployment can be called off before it starts and taken back after, and is held no longer", async () => {
  const { id: off } = await engine.submit({ appName: "Off" })
  await hold(off)
  assert.equal([(await cancel(off)).status, await whereIs(off)], ["CANCELLED", ["CANCELLED", null, false, []]])
  const { id: back } = await inLab("Back")
  await hold(back)
  await rollBack(back)
  await engine.drain()
  assert.equal(await whereIs(back), ["ROLLED_BACK", "LAB", false, ["LAB rolled_back"]])
})

test("of several who promote at once one does", async () => {
  await changePolicies(db, { promotion: "manual" })
  const { id } = await engine.submit({ appName: "Many", targetRing: "CANARY" })
  await engine.drain()
  const done = await Promise.allSettled([promote(id), promote(id), promote(id)])
  assert.is(done.filter(({ status }) => status === "fulfilled").length, 1)
  await engine.drain()
  assert.equal(engine.effects("Many"), ["LAB install 1.0.0", "CANARY install 1.0.0"])
})

test("an unknown deployment is not found", async () => {
  for (const verb of [hold, resume, promote])
    assert.is(await refusal(verb("0199d3a1-5b7e-7c43-9f0a-000000000000")), "not_found")
})

test.run()
