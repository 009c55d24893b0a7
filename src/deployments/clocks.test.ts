import { suite } from "uvu"
import * as assert from "uvu/assert"
import { changePolicies, drainBut, type Task, testEngine } from "../rings/testing.ts"
import { age, operatorOf, points } from "./testing.ts"

const engine = await testEngine()
const { db, domain, simulator } = engine
const { hold, promote, resume, rollBack } = operatorOf(domain)
const isPoll = ({ name }: Task) => name === "poll-ring"

const test = suite("clocks")
test.before.each(async () => {
  await engine.take()
  await changePolicies(db, {
    promotion: "automatic",
    onFailure: "rollback",
    soakSeconds: 0,
    complianceLimitSeconds: 60,
  })
})
test.after(() => engine.close())

/** Work of the application's deployments, in whole tens of seconds: what the test itself takes is left out. */
async function work(appName: string): Promise<readonly number[]> {
  const recorded = await points(db, "deployment.duration", `"app_name":"${appName}"`)
  return recorded.map(([, seconds]) => Math.floor(seconds / 10) * 10)
}

/** Measures a ring once, and judges it if there is something to judge; answers the next poll. */
async function measured(poll: Task | undefined): Promise<Task | undefined> {
  await engine.run(poll)
  return (await drainBut(engine, isPoll))[0]
}
const begun = async (appName: string) => {
  const { id } = await engine.submit({ appName })
  return { id, poll: (await drainBut(engine, isPoll))[0] }
}
const gates = async (id: string) => (await engine.get(id)).gates.map(({ reason }) => reason)

test("a soak leaves holds out, and neither soak nor hold is work", async () => {
  await changePolicies(db, { soakSeconds: 100 })
  const { id, poll } = await begun("Soak")
  await age(db, id, 20) // work
  let next = await measured(poll)
  await age(db, id, 60) // soak
  await hold(id)
  await age(db, id, 1_000)
  next = await measured(next)
  await resume(id)
  await age(db, id, 30) // soak: 90 s of it now
  next = await measured(next)
  assert.equal(await gates(id), [])
  await age(db, id, 20)
  next = await measured(next)
  assert.equal([await gates(id), next], [["met"], undefined])
  assert.equal(await work("Soak"), [20])
  const [gate] = (await engine.get(id)).gates
  const { soakedSeconds = 0, elapsedSeconds = 0 } = gate?.evidence ?? {}
  assert.ok(soakedSeconds !== null && soakedSeconds >= 110 && soakedSeconds < 120, `${soakedSeconds}`)
  assert.ok(elapsedSeconds >= 130 && elapsedSeconds < 140, `${elapsedSeconds}`)
})

test("a ring that first complies while it is held begins to soak when it is resumed", async () => {
  await changePolicies(db, { soakSeconds: 50 })
  const { id, poll } = await begun("Meanwhile")
  await hold(id)
  await age(db, id, 500)
  let next = await measured(poll)
  await age(db, id, 500)
  await resume(id)
  next = await measured(next)
  assert.equal(await gates(id), [])
  await age(db, id, 51)
  await measured(next)
  assert.equal([await gates(id), await work("Meanwhile")], [["met"], [0]])
})

test("the limit for compliance leaves holds out", async () => {
  simulator.world.setBehaviour("Limit", { installSeconds: 3_600 })
  const { id, poll } = await begun("Limit")
  await age(db, id, 40)
  await hold(id)
  await age(db, id, 1_000)
  await resume(id)
  const next = await measured(poll)
  assert.equal(await gates(id), [])
  await age(db, id, 30)
  await measured(next)
  assert.equal(await gates(id), ["no_data"])
})

test("the wait to be promoted by hand is no work", async () => {
  await changePolicies(db, { promotion: "manual" })
  const { id } = await engine.submit({ appName: "Manual", targetRing: "CANARY" })
  await engine.drain()
  await age(db, id, 2_000)
  await promote(id)
  const [poll] = await drainBut(engine, isPoll)
  await age(db, id, 30)
  await measured(poll)
  assert.equal(await work("Manual"), [30])
})

test("waiting before the first ring is no work, nor waiting for a later one, held or not", async () => {
  const first = await engine.submit({ appName: "Line", targetRing: "CANARY" })
  const second = await engine.submit({ appName: "Line", version: "2.0.0", targetRing: "CANARY" })
  const [lab] = await drainBut(engine, isPoll) // the second one waits for LAB
  await age(db, second.id, 1_000)
  const inCanary = ({ name, payload }: Task) => name === "poll-ring" && payload.ring === "CANARY"
  await engine.run(lab)
  const [canary] = await drainBut(engine, inCanary) // and now for CANARY
  await age(db, second.id, 500)
  await hold(second.id)
  await age(db, second.id, 500)
  await resume(second.id)
  await age(db, second.id, 500)
  await engine.run(canary)
  const [last] = await drainBut(engine, inCanary)
  await age(db, second.id, 40)
  await engine.run(last)
  await engine.drain()
  assert.equal([(await engine.get(first.id)).status, (await engine.get(second.id)).status], ["COMPLETED", "COMPLETED"])
  assert.equal(await work("Line"), [0, 40])
})

test("what is taken back out of a hold or a soak has worked up to it, and while it went back", async () => {
  await changePolicies(db, { soakSeconds: 10_000 })
  const { id, poll } = await begun("Back")
  await age(db, id, 20)
  await measured(poll)
  await age(db, id, 300)
  await hold(id)
  await age(db, id, 400)
  await rollBack(id)
  await age(db, id, 10)
  await engine.drain()
  assert.equal([(await engine.get(id)).status, await work("Back")], ["ROLLED_BACK", [30]])
})

test("the failure of a deployment is made good by the application's next completed one, and timed once", async () => {
  simulator.world.setBehaviour("Restored", { failRate: 1 })
  const first = await engine.submit({ appName: "Restored" })
  await engine.drain()
  const second = await engine.submit({ appName: "Restored", version: "2.0.0" })
  await engine.drain()
  await age(db, first.id, 500)
  await age(db, second.id, 200)
  await engine.submit({ appName: "Elsewhere" })
  await engine.drain()
  assert.equal(await points(db, "deployment.time_to_restore"), [], "another application restores nothing")
  simulator.world.setBehaviour("Restored", { failRate: 0 })
  for (const version of ["3.0.0", "4.0.0"]) {
    await engine.submit({ appName: "Restored", version })
    await engine.drain()
  }
  const restored = (await points(db, "deployment.time_to_restore")).map(([, seconds]) => Math.floor(seconds / 10) * 10)
  assert.equal(
    [...restored].sort((a, b) => a - b),
    [200, 500],
  )
})

test("a completed deployment that is taken back is a failure from then on, counted once as what it was first", async () => {
  const { id } = await engine.submit({ appName: "Twice" })
  await engine.drain()
  await rollBack(id)
  await engine.drain()
  await age(db, id, 100)
  await engine.submit({ appName: "Twice", version: "2.0.0" })
  await engine.drain()
  const counted = (await points(db, "deployment", '"app_name":"Twice"')).map(
    ([attributes]) => JSON.parse(attributes).status,
  )
  assert.equal(counted, ["COMPLETED", "COMPLETED"])
  const restored = (await points(db, "deployment.time_to_restore")).map(([, seconds]) => Math.floor(seconds / 10) * 10)
  assert.is(restored.filter((seconds) => seconds === 100).length, 1)
})

test.run()
