import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { rollbackDeployment } from "../deployments/rollback.ts"
import { ringsUpTo } from "../rings/rings.ts"
import { testEngine } from "../rings/testing.ts"
import { someone, until } from "../testing.ts"
import { type TaskHandlers, taskHandlers } from "./handlers.ts"
import { startBoss } from "./queue.ts"
import type { TaskPayloads } from "./queues.ts"
import { startWorker } from "./worker.ts"

const engine = await testEngine()
const { domain, db } = engine
const errors: Error[] = []

/** A worker as a process has one; `stop` lets it finish and lets go of the queue. */
async function working(handlers: TaskHandlers) {
  const onError = (error: Error) => void errors.push(error)
  const boss = await startBoss({ url: engine.urls.url, applicationName: "worker", supervise: true, onError })
  const worker = await startWorker(boss, handlers)
  const stop = async () => {
    await worker.stop()
    await boss.stop({ graceful: false })
  }
  return { worker, stop }
}

const real = taskHandlers(domain)
const deploying = (handler: (task: TaskPayloads["deploy-to-ring"]) => Promise<void>): TaskHandlers => ({
  ...real,
  "deploy-to-ring": handler,
})

const submit = (appName: string) => engine.submit({ appName, targetRing: "CANARY" })
const waiting = async () => (await db.execute(sql`SELECT FROM tasks.job WHERE state < 'active'`)).length

test("two workers carry deployments through their rings to the end and back again, each effect once", async () => {
  const workers = [await working(real), await working(real)]
  const names = Array.from({ length: 6 }, (_, i) => `App ${i}`)
  const made = await Promise.all(names.map(submit))
  const all = (status: string) =>
    until(`all are ${status}`, async () => {
      const [row] = await db.execute(sql`SELECT count(*)::int AS n FROM deployments WHERE status = ${status}`)
      return row?.["n"] === names.length
    })
  await all("COMPLETED")
  await Promise.all(made.map(({ id }) => rollbackDeployment(domain, someone(), id, "it crashes")))
  await all("ROLLED_BACK")
  const done = ringsUpTo("CANARY").map((ring) => `${ring} install 1.0.0`)
  for (const name of names) assert.equal(engine.effects(name), [...done, "CANARY remove null", "LAB remove null"])
  await Promise.all(workers.map(({ stop }) => stop()))
  assert.equal(errors, [])
})

test("a task that throws what is no back end's failure is repeated by the queue, and nothing is lost", async () => {
  let runs = 0
  const { stop } = await working(
    deploying(async (task) => {
      runs += 1
      if (runs === 1) throw new Error("the database was away")
      await real["deploy-to-ring"](task, AbortSignal.timeout(10_000))
    }),
  )
  const { id } = await submit("Repeated")
  await until("it is done", async () => (await engine.get(id)).status === "COMPLETED", 8_000)
  assert.is(runs, 3, "one failure, two rings")
  await stop()
})

test("a worker that is stopped finishes what it has begun and takes nothing more", async () => {
  const [begun, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const { worker, stop } = await working(
    deploying(async () => {
      begun.resolve()
      await release.promise
    }),
  )
  await submit("Stopping")
  await begun.promise
  let stopped = false
  const stopping = worker.stop().then(() => {
    stopped = true
  })
  await submit("Not taken")
  assert.not(stopped)
  release.resolve()
  await stopping
  assert.is(await waiting(), 1)
  await stop()
  assert.equal(errors, [])
})

test.after(() => engine.close())

test.run()
