import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError } from "../lib/errors.ts"
import { testEngine } from "../rings/testing.ts"
import { someone } from "../testing.ts"
import { cancelDeployment } from "./cancel.ts"
import type { DeploymentStatus } from "./types.ts"

const engine = await testEngine()
const cancel = (id: string) => cancelDeployment(engine.domain, someone("operator"), id, "wrong version")

const pending = async () => {
  await engine.submit({ appName: "Pending" })
  const [first] = await engine.take()
  await engine.run(first)
  const second = await engine.submit({ appName: "Pending" })
  const task = (await engine.take()).find(({ payload }) => payload.deploymentId === second.id)
  await engine.run(task)
  return second
}

const beginnings = {
  APPROVED: () => engine.submit({ appName: "Approved" }),
  PENDING: pending,
  AWAITING_CAB: () => engine.submit({ appName: "Waiting", evidence: {} }),
}

for (const [status, begin] of Object.entries(beginnings))
  test(`what is ${status} can be called off: reason, outcome and event say so, and it never starts`, async () => {
    const { id } = await begin()
    assert.is((await engine.get(id)).status, status)
    const cancelled = await cancel(id)
    assert.equal([cancelled.status, cancelled.outcome, cancelled.reason], ["CANCELLED", "CANCELLED", "wrong version"])
    assert.instance(cancelled.finishedAt, Date)
    assert.is((await engine.story(id)).at(-1), "DEPLOYMENT_CANCELLED")
    await engine.drain()
    await engine.run({ name: "deploy-to-ring", payload: { deploymentId: id, ring: "LAB", attempt: 0, claim: id } })
    const after = await engine.get(id)
    assert.equal([after.status, after.rings], ["CANCELLED", []])
  })

const others: readonly DeploymentStatus[] = [
  "DEPLOYING",
  "COMPLETED",
  "REJECTED",
  "FAILED",
  "ROLLING_BACK",
  "ROLLED_BACK",
  "CANCELLED",
]

for (const status of others)
  test(`what is ${status} cannot be called off any more, and stays as it is`, async () => {
    const { id } = await engine.submit({ appName: `Beyond ${status}` })
    await engine.db.execute(sql`UPDATE deployments SET status = ${status} WHERE id = ${id}`)
    const story = await engine.story(id)
    const error = await cancel(id).catch((thrown: unknown) => thrown)
    assert.ok(error instanceof AppError && error.kind === "invalid_transition")
    assert.match(error.message, `${status} cannot become CANCELLED`)
    assert.is((await engine.get(id)).status, status)
    assert.equal(await engine.story(id), story)
  })

test("an unknown deployment is not found", async () => {
  const error = await cancel("0199d3a1-5b7e-7c43-9f0a-000000000000").catch((thrown: unknown) => thrown)
  assert.ok(error instanceof AppError && error.kind === "not_found")
})

test("of several who call it off at once one does", async () => {
  const { id } = await engine.submit({ appName: "Many" })
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => cancel(id)))
  assert.is(outcomes.filter(({ status }) => status === "fulfilled").length, 1)
  assert.is((await engine.story(id)).filter((type) => type === "DEPLOYMENT_CANCELLED").length, 1)
})

test("called off while its task begins, it has either started or not: never both", async () => {
  for (let round = 0; round < 10; round++) {
    const { id } = await engine.submit({ appName: `Race ${round}` })
    const [task] = await engine.take()
    const [cancelled] = await Promise.allSettled([cancel(id), engine.run(task)])
    const { status, rings } = await engine.get(id)
    assert.equal([status, rings.length], cancelled.status === "fulfilled" ? ["CANCELLED", 0] : ["DEPLOYING", 1])
  }
})

test.after(() => engine.close())

test.run()
