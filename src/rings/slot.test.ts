import { randomUUID } from "node:crypto"
import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { databaseCode, violatedConstraint } from "../db/errors.ts"
import { cancelDeployment } from "../deployments/cancel.ts"
import type { Deployment } from "../deployments/types.ts"
import { someone } from "../testing.ts"
import { ringsUpTo } from "./rings.ts"
import { type Task, testEngine } from "./testing.ts"

const engine = await testEngine()

const status = async ({ id }: Deployment) => (await engine.get(id)).status
const taskOf = (tasks: readonly Task[], { id }: Deployment) => tasks.find(({ payload }) => payload.deploymentId === id)
const cancel = ({ id }: Deployment) => cancelDeployment(engine.domain, someone(), id, "not wanted any more")

/** As many deployments of one application; the first is in LAB and the others wait for it, asked in reverse order. */
async function inLine(appName: string, count: number): Promise<{ line: Deployment[]; poll: Task | undefined }> {
  const line: Deployment[] = []
  for (let i = 1; i <= count; i++) line.push(await engine.submit({ appName, version: `${i}.0.0` }))
  const tasks = await engine.take()
  const [first, ...others] = line.map((deployment) => taskOf(tasks, deployment))
  await engine.run(first)
  for (const other of others.reverse()) await engine.run(other)
  const [poll, ...rest] = await engine.take()
  assert.equal(rest, [], "those that wait have no task")
  return { line, poll }
}

test("a second deployment of an application waits as PENDING, and goes by itself when the first has left the ring", async () => {
  const { line, poll } = await inLine("Two", 2)
  assert.equal(await Promise.all(line.map(status)), ["DEPLOYING", "PENDING"])
  assert.equal(engine.effects("Two"), ["LAB install 1.0.0"])
  await engine.run(poll)
  await engine.drain()
  assert.equal(await Promise.all(line.map(status)), ["COMPLETED", "COMPLETED"])
  assert.equal(engine.effects("Two"), ["LAB install 1.0.0", "LAB install 2.0.0"])
  assert.equal((await engine.story(line[1]?.id ?? "")).slice(3, 6), [
    "DEPLOYMENT_WAITING",
    "DEPLOYMENT_STARTED",
    "RING_STARTED",
  ])
})

test("those that wait go in order of creation, whichever was asked first", async () => {
  const { poll } = await inLine("Line", 4)
  await engine.run(poll)
  await engine.drain()
  assert.equal(
    engine.effects("Line"),
    [1, 2, 3, 4].map((version) => `LAB install ${version}.0.0`),
  )
})

test("whoever waits is told once, however often it asks", async () => {
  const { line } = await inLine("Asks", 2)
  const [, second] = line
  for (let i = 0; i < 3; i++)
    await engine.run({
      name: "deploy-to-ring",
      payload: { deploymentId: second?.id ?? "", ring: "LAB", attempt: 0, claim: randomUUID() },
    })
  assert.is((await engine.story(second?.id ?? "")).filter((type) => type === "DEPLOYMENT_WAITING").length, 1)
  await engine.take()
})

test("when the next in line is cancelled just as it is its turn, the one behind it goes", async () => {
  const { line, poll } = await inLine("Gone", 3)
  await engine.run(poll)
  const [, second, third] = line
  if (second === undefined || third === undefined) throw new Error("three were expected")
  await cancel(second)
  await engine.drain()
  assert.equal(await Promise.all(line.map(status)), ["COMPLETED", "CANCELLED", "COMPLETED"])
})

test("to cancel one that waits neither starts it nor anybody else while the ring is taken", async () => {
  const { line, poll } = await inLine("Calm", 3)
  const [, second] = line
  if (second === undefined) throw new Error("three were expected")
  await cancel(second)
  await engine.drain()
  assert.equal(await Promise.all(line.map(status)), ["DEPLOYING", "CANCELLED", "PENDING"])
  await engine.run(poll)
  await engine.drain()
  assert.equal(engine.effects("Calm"), ["LAB install 1.0.0", "LAB install 3.0.0"])
})

test("a deployment that is rolled back lets the next one into the ring", async () => {
  engine.simulator.world.setBehaviour("Fails", { failRate: 1 })
  const { line, poll } = await inLine("Fails", 2)
  await engine.run(poll)
  await engine.drain()
  assert.equal(await Promise.all(line.map(status)), ["ROLLED_BACK", "ROLLED_BACK"])
  assert.equal(engine.effects("Fails"), [
    "LAB install 1.0.0",
    "LAB remove null",
    "LAB install 2.0.0",
    "LAB remove null",
  ])
})

test("deployments of different applications do not wait for one another", async () => {
  const one = await engine.submit({ appName: "Left" })
  const other = await engine.submit({ appName: "Right" })
  for (const task of await engine.take()) await engine.run(task)
  assert.equal([await status(one), await status(other)], ["DEPLOYING", "DEPLOYING"])
  await engine.drain()
})

test("the ring beyond may be taken: a deployment waits for it in the ring it has done, and that is no time of work", async () => {
  const [first, second] = [
    await engine.submit({ appName: "Train", targetRing: "CANARY" }),
    await engine.submit({ appName: "Train", version: "2.0.0", targetRing: "CANARY" }),
  ]
  const inCanary = ({ name, payload }: Task) => name === "poll-ring" && payload.ring === "CANARY"
  let held: Task | undefined
  for (let taken = await engine.take(); taken.length > 0; taken = await engine.take())
    for (const task of taken) {
      if (inCanary(task)) held = task
      else await engine.run(task)
    }
  const waits = await engine.get(second.id)
  assert.equal(
    [waits.status, waits.currentRing, waits.rings.map(({ state }) => state)],
    ["DEPLOYING", "LAB", ["succeeded"]],
  )
  assert.equal((await engine.story(second.id)).at(-1), "DEPLOYMENT_WAITING")
  await engine.db.execute(sql`UPDATE deployments SET waiting_since = waiting_since - interval '1 hour',
    started_at = started_at - interval '1 hour' WHERE id = ${second.id}`)
  await engine.run(held)
  await engine.drain()
  assert.equal([await status(first), await status(second)], ["COMPLETED", "COMPLETED"])
  const [row] = await engine.db.execute<{
    idle: number
    waiting: unknown
    whole: number
  }>(sql`SELECT idle_seconds AS idle,
    waiting_since AS waiting, extract(epoch FROM finished_at - started_at)::float8 AS whole FROM deployments WHERE id = ${second.id}`)
  assert.ok(row !== undefined && row.waiting === null)
  assert.ok(row.idle >= 3_600 && row.idle < row.whole, JSON.stringify(row))
})

test("the table refuses a second deployment in a ring of an application, whoever writes it", async () => {
  const { line } = await inLine("Index", 2)
  const thrown = await engine.db
    .execute(sql`UPDATE deployments SET status = 'DEPLOYING', current_ring = 'LAB' WHERE id = ${line[1]?.id}`)
    .catch((error: unknown) => error)
  assert.equal([databaseCode(thrown), violatedConstraint(thrown)], ["23505", "deployments_slot"])
  await engine.take()
})

test("many deployments of one application by many workers at once: all are done, each effect once, ring after ring", async () => {
  const count = 6
  for (let i = 1; i <= count; i++) await engine.submit({ appName: "Crowd", version: `${i}.0.0`, targetRing: "PILOT" })
  for (let taken = await engine.take(); taken.length > 0; taken = await engine.take())
    await Promise.all(
      taken.flatMap((task) => [engine.run(task), ...(task.name === "deploy-to-ring" ? [] : [engine.run(task)])]),
    )
  const done = engine.effects("Crowd")
  assert.is(new Set(done).size, count * ringsUpTo("PILOT").length)
  assert.is(done.length, new Set(done).size)
  const [row] = await engine.db.execute(
    sql`SELECT count(*)::int AS n FROM deployments WHERE app_name = 'Crowd' AND status = 'COMPLETED'`,
  )
  assert.is(row?.["n"], count)
})

test.after(() => engine.close())

test.run()
