import { sql } from "drizzle-orm"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { operatorOf, points } from "../deployments/testing.ts"
import { until } from "../testing.ts"
import { type Ring, ringsUpTo } from "./rings.ts"
import { changePolicies, drainBut, type Task, testEngine } from "./testing.ts"

const engine = await testEngine()
const { db, domain, simulator } = engine
const { hold, rollBack } = operatorOf(domain)

const test = suite("roll-back from anywhere")
test.before.each(async () => {
  await engine.take()
  await changePolicies(db, { promotion: "automatic" })
})
test.after(() => engine.close())

const pollOf = (ring: Ring) => (task: Task) => task.name === "poll-ring" && task.payload.ring === ring
const states = async (id: string) => (await engine.get(id)).rings.map(({ ring, state }) => `${ring} ${state}`)

/** It ends with every ring of the way rolled back in reverse, counted once. */
async function goesBack(id: string, appName: string, way: readonly Ring[]) {
  const before = engine.effects(appName).length
  await rollBack(id)
  const ran = await engine.drain()
  const reverse = [...way].reverse()
  assert.equal(
    ran.filter(({ name }) => name === "rollback-ring").map(({ payload }) => payload.ring),
    reverse,
  )
  const { status, outcome, heldAt, reason } = await engine.get(id)
  assert.equal([status, outcome, heldAt, reason], ["ROLLED_BACK", "ROLLED_BACK", null, "it crashes"])
  assert.equal(
    await states(id),
    way.map((ring) => `${ring} rolled_back`),
  )
  assert.equal(
    engine.effects(appName).slice(before),
    reverse.map((ring) => `${ring} remove null`),
  )
  assert.equal((await engine.story(id)).slice(-2), ["ROLLBACK_INITIATED", "ROLLBACK_COMPLETED"])
  assert.is((await points(db, "deployment", `"app_name":"${appName}"`)).length, 1)
}

for (const ring of ringsUpTo("GLOBAL"))
  test(`from ${ring}, while it is measured there`, async () => {
    const { id } = await engine.submit({ appName: `In ${ring}`, targetRing: "GLOBAL" })
    const [poll] = await drainBut(engine, pollOf(ring))
    await goesBack(id, `In ${ring}`, ringsUpTo(ring))
    await engine.run(poll)
    assert.equal(await engine.take(), [], "a late poll changes nothing")
  })

test("while it is held, and while it waits to be promoted by hand", async () => {
  const { id: held } = await engine.submit({ appName: "Held", targetRing: "CANARY" })
  await drainBut(engine, pollOf("CANARY"))
  await hold(held)
  await goesBack(held, "Held", ["LAB", "CANARY"])
  await changePolicies(db, { promotion: "manual" })
  const { id: passed } = await engine.submit({ appName: "Passed", targetRing: "CANARY" })
  await engine.drain()
  assert.equal(await states(passed), ["LAB passed"])
  await goesBack(passed, "Passed", ["LAB"])
})

test("between two rings: the next one is not entered any more", async () => {
  const { id } = await engine.submit({ appName: "Between", targetRing: "CANARY" })
  const deploysCanary = ({ name, payload }: Task) => name === "deploy-to-ring" && payload.ring === "CANARY"
  const [deploy] = await drainBut(engine, deploysCanary)
  await rollBack(id)
  await engine.run(deploy)
  await engine.drain()
  assert.equal([(await engine.get(id)).status, await states(id)], ["ROLLED_BACK", ["LAB rolled_back"]])
})

test("while its deploy call is on its way: the roll-back waits for that, and its effect comes after", async () => {
  simulator.faults.set("intune", { latency: { medianMs: 300, p95Ms: 300 }, rules: [] })
  const { id } = await engine.submit({ appName: "Under way" })
  const [deploy] = await engine.take()
  const deploying = engine.run(deploy)
  await until("the call is on its way", async () => {
    const [row] = await db.execute(sql`SELECT FROM operations WHERE deployment_id = ${id} AND calling_until > now()`)
    return row !== undefined
  })
  await rollBack(id)
  const [task] = await engine.take()
  assert.is(task?.name, "rollback-ring")
  await engine.run(task)
  const again = await engine.take()
  assert.equal(again, [task], "it comes back as it was")
  assert.equal(engine.effects("Under way"), [], "nothing has come about yet")
  await deploying
  simulator.faults.clear()
  await engine.run(again[0])
  await engine.drain()
  assert.equal(engine.effects("Under way"), ["LAB install 1.0.0", "LAB remove null"])
  assert.is((await engine.get(id)).status, "ROLLED_BACK")
})

test("a worker that died over its deploy call keeps the roll-back waiting only as long as a call may last", async () => {
  const { id } = await engine.submit({ appName: "Died" })
  const [deploy] = await engine.take()
  engine.fault({ kind: "reset", method: "POST" })
  await engine.run(deploy)
  engine.fault()
  await db.execute(sql`UPDATE operations SET calling_until = now() + interval '35 s' WHERE deployment_id = ${id}`)
  await engine.take()
  await rollBack(id)
  const [task] = await engine.take()
  await engine.run(task)
  const [waiting] = await engine.take()
  assert.equal(waiting, task)
  await db.execute(sql`UPDATE operations SET calling_until = now() - interval '1 s' WHERE deployment_id = ${id}`)
  await engine.run(waiting)
  await engine.run(deploy)
  await engine.drain()
  assert.equal([(await engine.get(id)).status, await states(id)], ["ROLLED_BACK", ["LAB rolled_back"]])
  assert.not(engine.effects("Died").some((effect) => effect.includes("install")))
})

test("one that none of its rings belongs to any more has ended where it had", async () => {
  const { id } = await engine.submit({ appName: "Older", targetRing: "CANARY" })
  await engine.drain()
  await engine.submit({ appName: "Older", version: "2.0.0", targetRing: "CANARY" })
  await engine.drain()
  const done = await rollBack(id)
  assert.equal([done.status, done.currentRing], ["ROLLED_BACK", "CANARY"])
  assert.equal(await states(id), ["LAB superseded", "CANARY superseded"])
})

test("it goes past a ring where a newer one is at work, and disturbs it in nothing", async () => {
  const { id } = await engine.submit({ appName: "Past", targetRing: "CANARY" })
  await engine.drain()
  const { id: newer } = await engine.submit({ appName: "Past", version: "2.0.0", targetRing: "LAB" })
  const [poll] = await drainBut(engine, pollOf("LAB"))
  await rollBack(id)
  await engine.drain()
  assert.equal(await states(id), ["LAB superseded", "CANARY rolled_back"])
  await engine.run(poll)
  await engine.drain()
  assert.is((await engine.get(newer)).status, "COMPLETED")
})

test.run()
