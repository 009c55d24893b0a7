import { randomUUID } from "node:crypto"
import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { age, operatorOf } from "../deployments/testing.ts"
import type { Deployment } from "../deployments/types.ts"
import { startWaiting } from "./start-waiting.ts"
import { drainBut, type Task, testEngine } from "./testing.ts"

const engine = await testEngine()
const { db, domain } = engine
const { cancel, hold, resume, rollBack } = operatorOf(domain)
const { signal } = new AbortController()
const isPoll = ({ name }: Task) => name === "poll-ring"
const inAnHour = () => new Date(Date.now() + 3_600_000)

const statuses = (...of: readonly { id: string }[]) =>
  Promise.all(of.map(async ({ id }) => (await engine.get(id)).status))
const installed = (app: string) => engine.effects(app).map((effect) => effect.split(" ")[2])

/** As many of one application, asked in order; the first is in LAB. Answers its poll. */
async function inLine(appName: string, count: number): Promise<[Deployment[], Task | undefined]> {
  const line: Deployment[] = []
  for (let i = 1; i <= count; i++) line.push(await engine.submit({ appName, version: `${i}` }))
  const [poll] = await drainBut(engine, isPoll)
  return [line, poll]
}

test("nothing starts before its time: it waits as PENDING, and goes by its own task when the time has come", async () => {
  const early = await engine.submit({ appName: "Early", notBefore: inAnHour() })
  const [task] = await engine.take()
  await engine.run(task)
  assert.equal(await statuses(early), ["PENDING"])
  const [row] = await db.execute<{ wait: number }>(
    sql`SELECT extract(epoch FROM start_after - now())::float8 AS wait FROM tasks.job WHERE state < 'active'`,
  )
  assert.ok(row !== undefined && row.wait > 3_500 && row.wait <= 3_600, `${row?.wait} s`)
  assert.equal((await engine.story(early.id)).slice(3), ["DEPLOYMENT_WAITING"])
  await age(db, early.id, 3_700)
  await engine.drain()
  assert.equal([await statuses(early), installed("Early")], [["COMPLETED"], ["1.0.0"]])
})

test("who is not yet to start stands in nobody's way, and takes its place in the line when its time has come", async () => {
  const early = await engine.submit({ appName: "Ahead", version: "early", notBefore: inAnHour() })
  await engine.run((await engine.take())[0])
  await engine.take() // its own task is lost: start-waiting finds it
  const [[first, second], poll] = await inLine("Ahead", 2)
  await age(db, early.id, 3_700)
  await startWaiting(domain, signal)
  assert.equal(await engine.take(), [], "the ring is taken")
  await engine.run(poll)
  await engine.drain()
  assert.equal(installed("Ahead"), ["1", "early", "2"])
  assert.equal(first && second && (await statuses(early, first, second)), ["COMPLETED", "COMPLETED", "COMPLETED"])
})

test("start-waiting finds whoever waits for nothing any more, and nobody who waits for something", async () => {
  const [[first, second, third], poll] = await inLine("Lost", 3)
  if (first === undefined || second === undefined || third === undefined) throw new Error("three were expected")
  await startWaiting(domain, signal)
  assert.equal(await engine.take(), [])
  await drainBut(engine, isPoll)
  await engine.run(poll)
  for (const gate of await engine.take()) await engine.run(gate)
  await engine.take() // the wake-up is lost
  assert.equal(await statuses(first, second, third), ["COMPLETED", "PENDING", "PENDING"])
  await startWaiting(domain, signal)
  await startWaiting(domain, signal)
  await engine.drain()
  assert.equal(installed("Lost"), ["1", "2", "3"])
})

test("who is held in the line lets those behind it go, also when it was just its turn, and has its place back when resumed", async () => {
  const [[, second, third, fourth], poll] = await inLine("Held", 4)
  if (second === undefined || third === undefined || fourth === undefined) throw new Error("four were expected")
  await engine.run(poll)
  for (const gate of await engine.take()) await engine.run(gate)
  await hold(second.id)
  const [next] = await drainBut(engine, isPoll)
  assert.equal(await statuses(second, third, fourth), ["PENDING", "DEPLOYING", "PENDING"])
  await resume(second.id)
  await engine.drain()
  assert.equal(installed("Held"), ["1", "3"])
  await engine.run(next)
  await engine.drain()
  assert.equal(installed("Held"), ["1", "3", "2", "4"])
})

test("an older one in the line goes first, though a younger one's task comes first", async () => {
  const [[, second, third], poll] = await inLine("Order", 3)
  if (second === undefined || third === undefined) throw new Error("three were expected")
  await engine.run(poll)
  for (const gate of await engine.take()) await engine.run(gate)
  const [wake] = await engine.take()
  assert.is(wake?.payload.deploymentId, second.id)
  const pushing = { deploymentId: third.id, ring: "LAB", attempt: 0, claim: randomUUID() } as const
  await engine.run({ name: "deploy-to-ring", payload: pushing })
  assert.equal(await statuses(second, third), ["PENDING", "PENDING"])
  await engine.run(wake)
  await engine.drain()
  assert.equal(installed("Order"), ["1", "2", "3"])
})

test("who is taken back while it waits for the next ring leaves the line, and frees the one it is in", async () => {
  const inCanary = ({ name, payload }: Task) => name === "poll-ring" && payload.ring === "CANARY"
  const line: Deployment[] = []
  for (const version of ["1", "2", "3"])
    line.push(await engine.submit({ appName: "Train", version, targetRing: "CANARY" }))
  const [first, second, third] = line
  const [canary] = await drainBut(engine, inCanary)
  assert.ok(first && second && third && canary)
  assert.equal(await statuses(first, second, third), ["DEPLOYING", "DEPLOYING", "PENDING"])
  await rollBack(second.id)
  await drainBut(engine, inCanary)
  const { status, currentRing, rings } = await engine.get(third.id)
  assert.equal(
    [status, currentRing, rings[0]?.state],
    ["DEPLOYING", "LAB", "succeeded"],
    "it is in LAB, and waits itself",
  )
  await engine.run(canary)
  await engine.drain()
  assert.equal(await statuses(first, second, third), ["COMPLETED", "ROLLED_BACK", "COMPLETED"])
})

test("called off, the one whose time has not come is never started by its task", async () => {
  const early = await engine.submit({ appName: "Off", notBefore: inAnHour() })
  const [task] = await engine.take()
  await engine.run(task)
  await cancel(early.id)
  await age(db, early.id, 3_700)
  await engine.drain()
  assert.equal([await statuses(early), engine.effects("Off")], [["CANCELLED"], []])
})

test.after(() => engine.close())

test.run()
