import { randomUUID } from "node:crypto"
import { test } from "uvu"
import * as assert from "uvu/assert"
import type { ConnectorType } from "../connectors/types.ts"
import { testDomain, until } from "../testing.ts"
import { type TaskHandlers, taskHandlers } from "./handlers.ts"
import { startBoss } from "./queue.ts"
import { startWorker } from "./worker.ts"

const { domain, db, urls, close } = await testDomain()
test.after(close)

test("a back end that hangs holds up its own tasks only, however many of them wait before the others'", async () => {
  const waiting = Promise.withResolvers<void>()
  const done: string[] = []
  const kinds = new Map<string, ConnectorType>()
  const handlers: TaskHandlers = {
    ...taskHandlers(domain),
    "deploy-to-ring": async ({ deploymentId }) => {
      if (kinds.get(deploymentId) === "jamf") await waiting.promise
      done.push(deploymentId)
    },
  }
  const send = (connectorType: ConnectorType, count: number) =>
    db.transaction(async (tx) => {
      for (let n = 0; n < count; n++) {
        const payload = { deploymentId: randomUUID(), ring: "LAB", attempt: 0, claim: randomUUID() } as const
        kinds.set(payload.deploymentId, connectorType)
        await domain.tasks.enqueue(tx, "deploy-to-ring", payload, { correlationId: "c", connectorType })
      }
    })
  await send("jamf", 100)
  await send("intune", 40)
  const boss = await startBoss({ url: urls.url, applicationName: "test", supervise: true, onError: () => {} })
  const worker = await startWorker(boss, handlers)
  const ofIntune = () => done.filter((id) => kinds.get(id) === "intune").length
  await until("intune's tasks are done", () => ofIntune() === 40, 10_000)
  assert.is(done.length, 40)
  waiting.resolve()
  await until("jamf's tasks are done", () => done.length === 140, 20_000)
  await worker.stop()
  await boss.stop({ graceful: false })
})

test.run()
