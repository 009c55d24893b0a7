import { randomUUID } from "node:crypto"
import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { operatorOf } from "../deployments/testing.ts"
import { changePolicies, type Task, testEngine } from "./testing.ts"

const engine = await testEngine()
const { db, domain, simulator } = engine
const { promote, resume, rollBack } = operatorOf(domain)

const test = suite("late")
test.before.each(async () => {
  engine.fault()
  await engine.take()
  await changePolicies(db, { promotion: "automatic", onFailure: "rollback", errorLimit: 3 })
})
test.after(() => engine.close())

/** Runs everything that waits, each task twice, the one before it late, and in the end all of them once more. */
async function all(ran: Task[]): Promise<void> {
  for (let taken = await engine.take(); taken.length > 0; taken = await engine.take())
    for (const task of taken) {
      ran.push(task)
      for (const again of [task, ...ran.slice(-2)]) await engine.run(again)
    }
  for (const again of ran) await engine.run(again)
  assert.equal(await engine.take(), [])
}

const failing = (appName: string) => simulator.world.setBehaviour(appName, { failRate: 1 })

interface Path {
  readonly prepare?: (appName: string) => unknown
  /** What is done when nothing goes on by itself. */
  readonly verbs?: readonly ((id: string) => Promise<unknown>)[]
  readonly effects: readonly string[]
  readonly story: readonly string[]
}

const done = ["LAB install 1.0.0", "CANARY install 1.0.0"]
const backFromLab = ["LAB install 1.0.0", "LAB remove null"]
const gateBack = ["GATE_EVALUATED", "ROLLBACK_INITIATED", "ROLLBACK_COMPLETED"]
const inCanary = ["RING_STARTED", "GATE_EVALUATED", "DEPLOYMENT_COMPLETED"]
const paths: Readonly<Record<string, Path>> = {
  completed: { effects: done, story: ["GATE_EVALUATED", "RING_PROMOTED", ...inCanary] },
  "completed and taken back": {
    verbs: [rollBack],
    effects: [...done, "CANARY remove null", "LAB remove null"],
    story: ["GATE_EVALUATED", "RING_PROMOTED", ...inCanary, "ROLLBACK_INITIATED", "ROLLBACK_COMPLETED"],
  },
  "failed and taken back": { prepare: failing, effects: backFromLab, story: gateBack },
  "promoted by hand": {
    prepare: () => changePolicies(db, { promotion: "manual" }),
    verbs: [promote],
    effects: done,
    story: ["GATE_EVALUATED", "DEPLOYMENT_HELD", "RING_PROMOTED", ...inCanary],
  },
  "given up in LAB": {
    prepare: () => engine.fault({ kind: "outage", times: 3, method: "POST", path: "reports" }),
    effects: backFromLab,
    story: gateBack,
  },
  "tried again": {
    prepare: () => engine.fault({ kind: "outage", times: 2, method: "POST", path: "assignments" }),
    effects: done,
    story: ["GATE_EVALUATED", "RING_PROMOTED", ...inCanary],
  },
}

for (const [what, { prepare, verbs = [], effects, story }] of Object.entries(paths))
  test(`every task run twice and late changes nothing of what is ${what}: one effect, one event of each transition`, async () => {
    await prepare?.(what)
    const { id } = await engine.submit({ appName: what, targetRing: "CANARY" })
    const ran: Task[] = []
    await all(ran)
    for (const verb of verbs) {
      await verb(id)
      await all(ran)
    }
    assert.equal(engine.effects(what), effects)
    assert.equal((await engine.story(id)).slice(5), story)
  })

test("late tasks change nothing of what a failed gate holds, and nothing once it goes on", async () => {
  await changePolicies(db, { onFailure: "hold" })
  failing("Held")
  const { id } = await engine.submit({ appName: "Held" })
  const ran: Task[] = []
  for (let i = 0; i < 5; i++)
    for (const task of await engine.take()) {
      ran.push(task)
      await engine.run(task)
      for (const again of ran) if (again.name !== "poll-ring") await engine.run(again)
    }
  assert.equal((await engine.get(id)).gates.length, 1)
  await resume(id)
  for (const again of ran) await engine.run(again)
  for (let i = 0; i < 2; i++) for (const task of await engine.take()) await engine.run(task)
  assert.equal(
    (await engine.get(id)).gates.map(({ verdict }) => verdict),
    ["failed", "failed"],
  )
})

test("several deploy tasks for one ring, each with a claim of its own, at once and one by one: one effect", async () => {
  const { id } = await engine.submit({ appName: "Claims" })
  const tasks = await engine.take()
  const more = Array.from({ length: 4 }, (): Task => {
    return { name: "deploy-to-ring", payload: { deploymentId: id, ring: "LAB", attempt: 0, claim: randomUUID() } }
  })
  await Promise.all([...more, ...tasks].map((task) => engine.run(task)))
  for (const task of [...tasks, ...more]) await engine.run(task)
  const polls = await engine.take()
  assert.equal(
    polls.map(({ name }) => name),
    ["poll-ring"],
  )
  await engine.run(polls[0])
  await engine.drain()
  assert.equal([engine.effects("Claims"), (await engine.get(id)).status], [["LAB install 1.0.0"], "COMPLETED"])
})

test("what a gate has said stays: neither the application nor the owner of the tables changes or deletes it", async () => {
  await engine.submit({ appName: "Said" })
  await engine.drain()
  for (const [url, code] of [
    [engine.urls.url, "42501"],
    [engine.urls.ownerUrl, "23001"],
  ] as const) {
    const sql = postgres(url, { max: 1, onnotice: () => {} })
    for (const table of ["gate_evaluations", "incidents", "ring_policies"])
      for (const change of [`UPDATE ${table} SET ring = 'LAB'`, `DELETE FROM ${table}`, `TRUNCATE ${table} CASCADE`]) {
        const refused = await sql.unsafe(change).catch((thrown: unknown) => thrown)
        assert.is((refused as { code?: string }).code, code, change)
      }
    await sql.end()
  }
})

test.run()
