import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { createDeployment } from "../deployments/create.ts"
import { aDeployment, someone, testDomain } from "../testing.ts"
import { readDora } from "./read.ts"
import type { DoraKeys } from "./types.ts"

const { domain, db, close } = await testDomain()

/** A deployment that was submitted `age` hours ago, ended after `took` hours as `outcome`, and broke after `broke`. */
async function ended(of: {
  readonly app: string
  readonly outcome: "COMPLETED" | "FAILED" | "ROLLED_BACK" | "CANCELLED"
  readonly age: number
  readonly took: number
  readonly broke?: number
  readonly restored?: number
}): Promise<void> {
  const { deployment } = await createDeployment(domain, someone(), aDeployment({ appName: of.app }))
  const hoursAgo = (after: number | undefined) =>
    after === undefined ? sql`NULL` : sql`now() - make_interval(hours => ${of.age - after})`
  await db.execute(sql`UPDATE deployments SET outcome = ${of.outcome}, status = ${of.outcome},
    created_at = ${hoursAgo(0)}, finished_at = ${hoursAgo(of.took)},
    broken_at = ${hoursAgo(of.broke)}, restored_at = ${hoursAgo(of.restored)} WHERE id = ${deployment.id}`)
}

const overall = async (appName: string, days = 7): Promise<DoraKeys> => {
  const [all] = await readDora(db, { appName, days })
  if (all === undefined) throw new Error("the keys of all rings are missing")
  return all
}

test("the four keys of an application, of what ended in the period", async () => {
  const app = "Measured"
  await ended({ app, outcome: "COMPLETED", age: 100, took: 2 })
  await ended({ app, outcome: "COMPLETED", age: 90, took: 4, broke: 10, restored: 20 })
  await ended({ app, outcome: "FAILED", age: 80, took: 1, broke: 1, restored: 31 })
  await ended({ app, outcome: "ROLLED_BACK", age: 70, took: 1, broke: 1 })
  await ended({ app, outcome: "CANCELLED", age: 60, took: 1 })
  await ended({ app, outcome: "COMPLETED", age: 400, took: 1 })
  const hour = 3_600
  const keys = await overall(app)
  assert.is(keys.deployments, 2)
  assert.is(keys.deploymentsPerDay, 2 / 7)
  assert.equal(keys.leadTime, { count: 2, mean: 3 * hour, median: 3 * hour, p95: 3.9 * hour })
  assert.equal([keys.failures, keys.unrestored, keys.changeFailureRate], [3, 1, 3 / 4])
  assert.equal([keys.timeToRestore.count, keys.timeToRestore.mean], [2, 20 * hour])
})

test("each target ring has its own, and those without any have none and no rate", async () => {
  const keys = await readDora(db, { appName: "Measured", days: 30 })
  assert.equal(
    keys.map(({ ring, deployments, changeFailureRate }) => [ring, deployments, changeFailureRate]),
    [
      [null, 3, 3 / 5],
      ["LAB", 3, 3 / 5],
      ["CANARY", 0, null],
      ["PILOT", 0, null],
      ["DEPARTMENT", 0, null],
      ["GLOBAL", 0, null],
    ],
  )
})

test("an application that nobody knows has no keys, and no rate of one", async () => {
  const keys = await overall("Nobody")
  assert.equal([keys.deployments, keys.changeFailureRate, keys.leadTime.mean], [0, null, null])
})

test.after(close)
test.run()
