import { randomUUID } from "node:crypto"
import { test } from "uvu"
import * as assert from "uvu/assert"
import type { ConnectorType } from "../connectors/types.ts"
import { testDomain, until } from "../testing.ts"
import { taskHandlers } from "./handlers.ts"
import { startBoss } from "./queue.ts"
import { startWorker } from "./worker.ts"

const { domain, db, urls, close } = await testDomain()
test.after(close)

/** A worker over 100 tasks of jamf, none of which ends before `judge` has, and 40 of intune behind them. */
async function intuneBehindJamf(grouped: boolean, judge: (doneOfIntune: () => number) => Promise<void>): Promise<void> {
  const judged = Promise.withResolvers<void>()
  const kinds = new Map<string, ConnectorType>()
  const done: string[] = []
  const send = (connectorType: ConnectorType, count: number) =>
    db.transaction(async (tx) => {
      for (let n = 0; n < count; n++) {
        const payload = { deploymentId: randomUUID(), ring: "LAB", attempt: 0, claim: randomUUID() } as const
        kinds.set(payload.deploymentId, connectorType)
        const options = { correlationId: "c", ...(grouped && { connectorType }) }
        await domain.tasks.enqueue(tx, "deploy-to-ring", payload, options)
      }
    })
  await send("jamf", 100)
  await send("intune", 40)
  const boss = await startBoss({ url: urls.url, applicationName: "test", supervise: true, onError: () => {} })
  const worker = await startWorker(boss, {
    ...taskHandlers(domain),
    "deploy-to-ring": async ({ deploymentId }) => {
      if (kinds.get(deploymentId) === "jamf") await judged.promise
      done.push(deploymentId)
    },
  })
  try {
    await judge(() => done.filter((id) => kinds.get(id) === "intune").length)
  } finally {
    judged.resolve()
    await until("all are done", () => done.length === kinds.size, 20_000)
    await worker.stop()
    await boss.stop({ graceful: false })
  }
}

test("a back end that hangs holds up its own tasks only, however many of them wait before the others'", () =>
  intuneBehindJamf(true, async (done) => void (await until("intune's are done", () => done() === 40, 10_000))))

test("sabotage: where tasks do not say which back end they call, one that hangs holds up the others'", () =>
  intuneBehindJamf(false, async (done) => {
    const late = await until("intune's are done", () => done() === 40, 2_000).catch((error: unknown) => error)
    assert.instance(late, Error)
    assert.is(done(), 0)
  }))

test.run()
