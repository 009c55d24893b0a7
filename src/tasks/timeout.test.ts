import { randomUUID } from "node:crypto"
import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { startTestTelemetry } from "../telemetry/testing.ts"
import { testDomain, until } from "../testing.ts"
import { taskHandlers } from "./handlers.ts"
import { startBoss } from "./queue.ts"
import { startWorker } from "./worker.ts"

const telemetry = startTestTelemetry({ metricIntervalMs: 3_600_000 })
const { domain, db, urls, close } = await testDomain()
test.after(close)

test("a task that the queue takes back from a worker is told so, and counts as timed out", async () => {
  const begun = Promise.withResolvers<void>()
  const told = Promise.withResolvers<void>()
  const boss = await startBoss({ url: urls.url, applicationName: "test", supervise: false, onError: () => {} })
  const worker = await startWorker(boss, {
    ...taskHandlers(domain),
    "deploy-to-ring": async (_task, signal) => {
      begun.resolve()
      await new Promise((done) => signal.addEventListener("abort", done))
      told.resolve()
      signal.throwIfAborted()
    },
  })
  const payload = { deploymentId: randomUUID(), ring: "LAB", attempt: 0, claim: randomUUID() } as const
  await db.transaction((tx) => domain.tasks.enqueue(tx, "deploy-to-ring", payload, { correlationId: "c" }))
  await begun.promise
  await db.execute(sql`UPDATE tasks.job SET state = 'failed' WHERE name = 'deploy-to-ring'`)
  await told.promise // noticed by the next heartbeat, within five seconds
  const statuses = async () => (await telemetry.points("task.duration")).map(({ attributes }) => attributes["status"])
  assert.equal(await until("it is counted", async () => (await statuses()).length > 0 && statuses()), ["timeout"])
  await worker.stop()
  await boss.stop({ graceful: false })
})

test.run()
