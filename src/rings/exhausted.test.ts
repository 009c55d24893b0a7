import { suite } from "uvu"
import * as assert from "uvu/assert"
import { operatorOf, points } from "../deployments/testing.ts"
import { changePolicies, drainBut, type Task, testEngine } from "./testing.ts"

const engine = await testEngine()
const { db, domain } = engine
const { hold, resume, rollBack } = operatorOf(domain)
const deploying = { method: "POST", path: "assignments" } as const
const reporting = { method: "POST", path: "reports" } as const

const test = suite("exhausted")
test.before.each(async () => {
  engine.fault()
  await engine.take()
  await changePolicies(db, { onFailure: "rollback", errorLimit: 3 })
})
test.after(() => engine.close())

const seen = async (id: string) => {
  const { status, outcome, rings, gates } = await engine.get(id)
  return [status, outcome, rings.map(({ state }) => state), gates.map(({ verdict, reason }) => `${verdict} ${reason}`)]
}
const tries = (ran: readonly Task[], name: string) => ran.filter((task) => task.name === name).length
const triggers = async () => (await points(db, "deployment.rollback")).map(([of]) => JSON.parse(of).trigger)

/** What the policy does on failure, how the deployment and its ring end, and how its story does. */
const policies = [
  ["rollback", "ROLLED_BACK", "rolled_back", ["ROLLBACK_INITIATED", "ROLLBACK_COMPLETED"]],
  ["hold", "FAILED", "failed", ["DEPLOYMENT_FAILED"]],
] as const

for (const [onFailure, status, state, story] of policies) {
  test(`a deploy that the back end does not take ends as ${status} where the policy says ${onFailure}`, async () => {
    await changePolicies(db, { onFailure })
    engine.fault({ kind: "outage", times: 3, ...deploying })
    const { id } = await engine.submit({ appName: `Deploy ${onFailure}` })
    const ran = await engine.drain()
    assert.is(tries(ran, "deploy-to-ring"), 3)
    assert.equal(await seen(id), [status, status, [state], []])
    assert.match((await engine.get(id)).reason ?? "", /^deploy-to-ring in LAB failed: intune: /)
    assert.equal((await engine.story(id)).slice(-story.length - 1), ["RING_STARTED", ...story])
  })

  test(`a ring that cannot be measured is said to be just that, and ends as ${status} where the policy says ${onFailure}`, async () => {
    await changePolicies(db, { onFailure })
    engine.fault({ kind: "outage", times: 3, ...reporting })
    const { id } = await engine.submit({ appName: `Measure ${onFailure}` })
    const ran = await engine.drain()
    assert.is(tries(ran, "poll-ring"), 3)
    assert.equal(await seen(id), [status, status, [state], ["inconclusive measuring"]])
    assert.match((await engine.get(id)).reason ?? "", /^LAB: The back end could not be asked how far it is: intune: /)
    assert.equal((await engine.story(id)).slice(-story.length - 1), ["GATE_EVALUATED", ...story])
  })
}

test("a roll-back begun by exhausted tasks, by a gate, by incidents or by hand is counted as what it was", async () => {
  const before = (await triggers()).length
  engine.fault({ kind: "error", status: 422, times: 1, ...deploying })
  await engine.submit({ appName: "By tasks" })
  await engine.drain()
  engine.simulator.world.setBehaviour("By gate", { failRate: 1 })
  await engine.submit({ appName: "By gate" })
  await engine.drain()
  const { id: told } = await engine.submit({ appName: "By incident" })
  const [poll] = await drainBut(engine, ({ name }) => name === "poll-ring")
  for (const reference of ["INC-1", "INC-2"]) await operatorOf(domain).report(told, reference)
  await engine.drain()
  const { id: done } = await engine.submit({ appName: "By hand" })
  await engine.drain()
  await rollBack(done)
  await engine.drain()
  assert.equal((await triggers()).slice(before).sort(), ["gate", "incident", "manual", "tasks"])
  assert.ok(poll)
})

test("while it is held nobody gives up measuring; resumed, it is measured as if nothing had been", async () => {
  const { id } = await engine.submit({ appName: "Held" })
  let [poll] = await drainBut(engine, ({ name }) => name === "poll-ring")
  await hold(id)
  engine.fault({ kind: "outage", ...reporting })
  for (let i = 0; i < 8; i++) {
    await engine.run(poll)
    poll = (await engine.take())[0]
  }
  assert.equal(await seen(id), ["DEPLOYING", null, ["deploying"], []])
  engine.fault()
  await resume(id)
  await engine.run(poll)
  await engine.drain()
  assert.is((await engine.get(id)).status, "COMPLETED")
})

test("a roll-back that cannot be done ends as FAILED from any ring, never in another roll-back", async () => {
  const { id } = await engine.submit({ appName: "Stuck", targetRing: "CANARY" })
  await drainBut(engine, ({ name, payload }) => name === "poll-ring" && payload.ring === "CANARY")
  engine.fault({ kind: "outage", ...deploying })
  await rollBack(id)
  const ran = await engine.drain()
  assert.is(tries(ran, "rollback-ring"), 3)
  assert.equal((await seen(id)).slice(0, 3), ["FAILED", "FAILED", ["succeeded", "failed"]])
  assert.equal((await engine.story(id)).slice(-2), ["ROLLBACK_INITIATED", "DEPLOYMENT_FAILED"])
})

test.run()
