import { test } from "uvu"
import * as assert from "uvu/assert"
import { ringsUpTo } from "./rings.ts"
import { startRing } from "./start.ts"
import { type Task, testEngine } from "./testing.ts"

const engine = await testEngine()
const { simulator } = engine
const devices = simulator.world.devices

test("a deployment to LAB is deployed, polled and COMPLETED, one effect at the back end", async () => {
  const { id } = await engine.submit({ appName: "One" })
  assert.equal(
    (await engine.drain()).map((task) => task.name),
    ["deploy-to-ring", "poll-ring", "evaluate-gate"],
  )
  const done = await engine.get(id)
  assert.equal([done.status, done.outcome, done.reason, done.currentRing], ["COMPLETED", "COMPLETED", null, "LAB"])
  const [ring, ...others] = done.rings
  assert.equal(others, [])
  assert.equal(
    [ring?.state, ring?.targeted, ring?.installed, ring?.failed, ring?.pending],
    ["succeeded", devices.LAB, devices.LAB, 0, 0],
  )
  assert.ok(done.startedAt !== null && done.finishedAt !== null && ring?.finishedAt !== null)
  assert.equal(engine.effects("One"), ["LAB install 1.0.0"])
  assert.equal(await engine.story(id), [
    "DEPLOYMENT_CREATED",
    "RISK_ASSESSED",
    "DEPLOYMENT_APPROVED",
    "DEPLOYMENT_STARTED",
    "RING_STARTED",
    "GATE_EVALUATED",
    "DEPLOYMENT_COMPLETED",
  ])
})

test("a deployment travels ring by ring up to its target, one effect in each", async () => {
  const { id } = await engine.submit({ appName: "Far", targetRing: "GLOBAL" })
  await engine.drain()
  const done = await engine.get(id)
  assert.is(done.status, "COMPLETED")
  assert.equal(
    done.rings.map(({ ring, state, installed }) => [ring, state, installed]),
    ringsUpTo("GLOBAL").map((ring) => [ring, "succeeded", devices[ring]]),
  )
  assert.equal(
    engine.effects("Far"),
    ringsUpTo("GLOBAL").map((ring) => `${ring} install 1.0.0`),
  )
  const promotions = (await engine.story(id)).filter((type) => type === "RING_PROMOTED")
  assert.is(promotions.length, 4)
})

test("a ring is polled for as long as devices are pending", async () => {
  simulator.world.setBehaviour("Slow", { installSeconds: 0.3 })
  const { id } = await engine.submit({ appName: "Slow" })
  const polls = (await engine.drain()).filter((task) => task.name === "poll-ring")
  assert.ok(polls.length > 1)
  assert.equal(
    polls.map(({ payload }) => "sequence" in payload && payload.sequence),
    polls.map((_, index) => index),
  )
  assert.is((await engine.get(id)).status, "COMPLETED")
})

test("too many failed devices fail the gate, and the deployment goes back; the rings beyond it are left alone", async () => {
  simulator.world.setBehaviour("Bad", { failRate: 1 })
  const { id } = await engine.submit({ appName: "Bad", targetRing: "CANARY" })
  await engine.drain()
  const back = await engine.get(id)
  assert.equal([back.status, back.outcome, back.currentRing], ["ROLLED_BACK", "ROLLED_BACK", "LAB"])
  assert.match(back.reason ?? "", /^LAB: \d+ of 5 devices failed, more than 5 %\.$/)
  assert.equal(
    back.rings.map(({ ring, state }) => [ring, state]),
    [["LAB", "rolled_back"]],
  )
  assert.equal(engine.effects("Bad"), ["LAB install 1.0.0", "LAB remove null"])
  assert.equal((await engine.story(id)).slice(-3), ["GATE_EVALUATED", "ROLLBACK_INITIATED", "ROLLBACK_COMPLETED"])
})

test("the version to return to is that of the application's last completed deployment in the ring", async () => {
  const versions = ["1.0.0", "2.0.0", "3.0.0"]
  const ids: string[] = []
  simulator.world.setBehaviour("Series", { failRate: 0 })
  for (const version of versions) {
    simulator.world.setBehaviour("Series", { failRate: version === "2.0.0" ? 1 : 0 })
    ids.push((await engine.submit({ appName: "Series", version })).id)
    await engine.drain()
  }
  const previous = await Promise.all(ids.map(async (id) => (await engine.get(id)).rings[0]?.previousVersion))
  assert.equal(previous, [null, "1.0.0", "1.0.0"], "2.0.0 was rolled back")
})

test("late and doubled tasks change nothing: every task of a roll-out run twice, in any order, has one effect", async () => {
  const { id } = await engine.submit({ appName: "Twice", targetRing: "CANARY" })
  const ran: Task[] = []
  for (let taken = await engine.take(); taken.length > 0; taken = await engine.take())
    for (const task of taken) {
      await engine.run(task)
      for (const earlier of [...ran, task]) await engine.run(earlier)
      ran.push(task)
    }
  const done = await engine.get(id)
  assert.is(done.status, "COMPLETED")
  assert.equal(engine.effects("Twice"), ["LAB install 1.0.0", "CANARY install 1.0.0"])
  const perRing = ["RING_STARTED", "GATE_EVALUATED"]
  assert.equal((await engine.story(id)).slice(3), [
    "DEPLOYMENT_STARTED",
    ...perRing,
    "RING_PROMOTED",
    ...perRing,
    "DEPLOYMENT_COMPLETED",
  ])
  assert.is(ran.length, 6)
  assert.equal(await engine.take(), [])
})

test("the same task run by two workers at once goes on once", async () => {
  const { id } = await engine.submit({ appName: "Race" })
  for (let taken = await engine.take(); taken.length > 0; taken = await engine.take()) {
    assert.is(taken.length, 1)
    if (taken[0]?.name === "deploy-to-ring") await engine.run(taken[0])
    else await Promise.all([0, 1, 2].map(() => engine.run(taken[0])))
  }
  assert.is((await engine.story(id)).filter((type) => type === "GATE_EVALUATED").length, 1)
  assert.is((await engine.story(id)).filter((type) => type === "DEPLOYMENT_COMPLETED").length, 1)
})

test("a worker that dies between the effect and its record leaves one effect: whoever runs the task again finds it", async () => {
  const { id } = await engine.submit({ appName: "Crash" })
  const [task] = await engine.take()
  if (task?.name !== "deploy-to-ring") throw new Error("another task was expected")
  const call = await startRing(engine.domain, task.payload)
  const connector = engine.domain.connectors.get("intune")
  if (call === undefined || connector === undefined) throw new Error("there is nothing to ask the back end")
  await connector.deploy(call.request, AbortSignal.timeout(5_000))
  assert.equal(await engine.take(), [], "it died before it wrote anything down")
  await engine.run(task)
  await engine.drain()
  assert.is((await engine.get(id)).status, "COMPLETED")
  assert.equal(engine.effects("Crash"), ["LAB install 1.0.0"])
})

test.after(() => engine.close())

test.run()
