import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { rollbackDeployment } from "../deployments/rollback.ts"
import { AppError } from "../lib/errors.ts"
import { someone } from "../testing.ts"
import type { Ring } from "./rings.ts"
import { openRollback } from "./rollback.ts"
import { type Task, testEngine } from "./testing.ts"

const engine = await testEngine()
const unknownId = "0199d3a1-5b7e-7c43-9f0a-000000000000"

const rollBack = (id: string) => rollbackDeployment(engine.domain, someone("operator"), id, "it crashes")

async function completed(appName: string, version: string, targetRing: Ring = "LAB"): Promise<string> {
  const { id } = await engine.submit({ appName, version, targetRing })
  await engine.drain()
  assert.is((await engine.get(id)).status, "COMPLETED")
  return id
}

const states = async (id: string) => (await engine.get(id)).rings.map(({ ring, state }) => `${ring} ${state}`)

test("a completed deployment goes back to the version before, ring by ring in reverse, and keeps its first outcome", async () => {
  await completed("Back", "1.0.0", "CANARY")
  const id = await completed("Back", "2.0.0", "CANARY")
  const begun = await rollBack(id)
  assert.equal(
    [begun.status, begun.outcome, begun.reason, begun.currentRing],
    ["ROLLING_BACK", "COMPLETED", "it crashes", "CANARY"],
  )
  assert.equal(
    (await engine.drain()).map(({ name, payload }) => [name, payload.ring]),
    [
      ["rollback-ring", "CANARY"],
      ["rollback-ring", "LAB"],
    ],
  )
  const done = await engine.get(id)
  assert.equal([done.status, done.outcome, done.reason], ["ROLLED_BACK", "COMPLETED", "it crashes"])
  assert.equal(await states(id), ["LAB rolled_back", "CANARY rolled_back"])
  assert.equal(engine.effects("Back").slice(4), ["CANARY install 1.0.0", "LAB install 1.0.0"])
  assert.equal((await engine.story(id)).slice(-2), ["ROLLBACK_INITIATED", "ROLLBACK_COMPLETED"])
})

test("without a version before it the application is removed", async () => {
  const id = await completed("First", "1.0.0")
  await rollBack(id)
  await engine.drain()
  assert.equal(engine.effects("First"), ["LAB install 1.0.0", "LAB remove null"])
})

test("a ring that meanwhile holds a newer deployment is left alone and noted as superseded", async () => {
  const id = await completed("Newer", "1.0.0", "PILOT")
  await completed("Newer", "2.0.0", "CANARY")
  const before = engine.effects("Newer")
  await rollBack(id)
  await engine.drain()
  assert.equal(await states(id), ["LAB superseded", "CANARY superseded", "PILOT rolled_back"])
  assert.equal(engine.effects("Newer").slice(before.length), ["PILOT remove null"])
  assert.is((await engine.get(id)).status, "ROLLED_BACK")
})

test("a deployment that holds no ring any more is rolled back at once, without a task", async () => {
  const id = await completed("Old", "1.0.0")
  await completed("Old", "2.0.0")
  const done = await rollBack(id)
  assert.equal([done.status, done.outcome], ["ROLLED_BACK", "COMPLETED"])
  assert.equal(await engine.drain(), [])
  assert.equal(engine.effects("Old"), ["LAB install 1.0.0", "LAB install 2.0.0"])
})

test("what a newer deployment left when it was rolled back itself is no hindrance", async () => {
  const first = await completed("Both", "1.0.0")
  const second = await completed("Both", "2.0.0")
  for (const id of [second, first]) {
    await rollBack(id)
    await engine.drain()
    assert.equal(await states(id), ["LAB rolled_back"])
  }
  assert.equal(engine.effects("Both").slice(2), ["LAB install 1.0.0", "LAB remove null"])
})

test("only what is COMPLETED can be rolled back, and it is said what it is instead", async () => {
  const back = await completed("Done", "1.0.0")
  await rollBack(back)
  await engine.drain()
  const { id: approved } = await engine.submit({ appName: "Fresh" })
  for (const [id, status] of Object.entries({ [approved]: "APPROVED", [back]: "ROLLED_BACK" })) {
    const error = await rollBack(id).catch((thrown: unknown) => thrown)
    assert.ok(error instanceof AppError && error.kind === "invalid_transition")
    assert.match(error.message, status)
    assert.is((await engine.get(id)).status, status)
  }
  await engine.drain()
  const error = await rollBack(unknownId).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof AppError && error.kind === "not_found")
})

test("asked for twice at once, one roll-back is begun and the other one refused", async () => {
  const id = await completed("Asked", "1.0.0")
  const outcomes = await Promise.allSettled([rollBack(id), rollBack(id), rollBack(id)])
  assert.is(outcomes.filter((outcome) => outcome.status === "fulfilled").length, 1)
  await engine.drain()
  assert.is((await engine.story(id)).filter((type) => type === "ROLLBACK_INITIATED").length, 1)
})

test("late and doubled roll-back tasks change nothing, and a crash between effect and record leaves one effect", async () => {
  await completed("Crash", "1.0.0", "CANARY")
  const id = await completed("Crash", "2.0.0", "CANARY")
  await rollBack(id)
  const ran: Task[] = []
  for (let taken = await engine.take(); taken.length > 0; taken = await engine.take())
    for (const task of taken) {
      if (task.name !== "rollback-ring") throw new Error(task.name)
      const call = await openRollback(engine.domain, task.payload)
      if (call === undefined) throw new Error("there is nothing to ask the back end")
      await engine.domain.connectors.get("intune")?.rollback(call.request, AbortSignal.timeout(5_000))
      ran.push(task)
      for (const again of [...ran, task]) await engine.run(again)
    }
  assert.equal(engine.effects("Crash").slice(4), ["CANARY install 1.0.0", "LAB install 1.0.0"])
  assert.is((await engine.get(id)).status, "ROLLED_BACK")
})

test("a roll-back that the back end refuses for good ends as FAILED, the first outcome stays, and the ring is free", async () => {
  await completed("Stuck", "1.0.0")
  const id = await completed("Stuck", "2.0.0")
  await rollBack(id)
  const waiting = await engine.submit({ appName: "Stuck", version: "3.0.0" })
  const tasks = await engine.take()
  await engine.run(tasks.find((task) => task.name === "deploy-to-ring"))
  assert.is((await engine.get(waiting.id)).status, "PENDING", "the ring is being rolled back")
  engine.fault({ kind: "error", status: 400, method: "POST", path: "mobileApps" })
  await engine.run(tasks.find((task) => task.name === "rollback-ring"))
  engine.fault()
  const failed = await engine.get(id)
  assert.equal([failed.status, failed.outcome], ["FAILED", "COMPLETED"])
  assert.match(failed.reason ?? "", /^rollback-ring in LAB failed: /)
  assert.equal(await states(id), ["LAB failed"])
  await engine.drain()
  assert.is((await engine.get(waiting.id)).status, "COMPLETED")
  const [row] = await engine.db.execute(
    sql`SELECT count(*)::int AS n FROM rollouts WHERE state IN ('deploying', 'rolling_back')`,
  )
  assert.is(row?.["n"], 0, "nothing looks as if it were going on")
})

test.after(() => engine.close())

test.run()
