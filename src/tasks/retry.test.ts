import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { rollbackDeployment } from "../deployments/rollback.ts"
import { backoffSeconds } from "../lib/backoff.ts"
import { changePolicies, type Task, testEngine } from "../rings/testing.ts"
import { someone } from "../testing.ts"

const engine = await testEngine()
/** Whoever gives up here has FAILED; rings/exhausted.test.ts has those that go back. */
await changePolicies(engine.db, { onFailure: "hold" })
const backoff = { baseSeconds: 1, capSeconds: 60 }
/** Where Intune's stand-in brings about an effect, and where it tells what became of it. */
const [deploying, reporting] = [
  { method: "POST", path: "assignments" },
  { method: "POST", path: "reports" },
] as const

/** Seconds until each waiting task may run. */
const delays = async () =>
  (
    await engine.db.execute<{ seconds: number }>(
      sql`SELECT extract(epoch FROM start_after - created_on)::float8 AS seconds FROM tasks.job WHERE state < 'active'`,
    )
  ).map(({ seconds }) => seconds)

async function attemptsOf(id: string): Promise<unknown> {
  const [row] = await engine.db.execute(sql`SELECT attempts FROM operations WHERE deployment_id = ${id}`)
  return row?.["attempts"]
}

/** Runs the one task that waits, until a deployment has ended or none waits. */
async function untilTheEnd(): Promise<Task[]> {
  const ran: Task[] = []
  for (let taken = await engine.take(); taken.length > 0; taken = await engine.take()) {
    assert.is(taken.length, 1)
    await engine.run(taken[0])
    ran.push(...taken)
  }
  return ran
}

const attempt = ({ payload }: Task) => payload.attempt

test("a deployment that the back end refuses for now is tried again, each attempt counted, the waits growing", async () => {
  engine.fault({ kind: "outage", times: 3, ...deploying })
  const { id } = await engine.submit({ appName: "Again" })
  for (let failed = 0; failed < 3; failed++) {
    const [task] = await engine.take()
    assert.is(task && attempt(task), failed)
    await engine.run(task)
    assert.is(await attemptsOf(id), failed + 1)
    const [seconds = 0] = await delays()
    const [least, most] = [0, 1].map((random) => backoffSeconds(failed, backoff, random))
    assert.ok(
      seconds >= Number(least) - 0.01 && seconds <= Number(most) + 0.01,
      `${seconds} s after failure ${failed + 1}`,
    )
  }
  await untilTheEnd()
  assert.is((await engine.get(id)).status, "COMPLETED")
  assert.equal(engine.effects("Again"), ["LAB install 1.0.0"])
})

test("after the last attempt the deployment has FAILED, with an event that says why, a ring that has failed and a point", async () => {
  engine.fault({ kind: "outage" })
  const { id } = await engine.submit({ appName: "Never" })
  const ran = await untilTheEnd()
  engine.fault()
  assert.equal(
    ran.map(attempt),
    Array.from({ length: 8 }, (_, index) => index),
  )
  const failed = await engine.get(id)
  assert.equal(
    [failed.status, failed.outcome, failed.rings.map(({ state }) => state)],
    ["FAILED", "FAILED", ["failed"]],
  )
  assert.ok(failed.rings[0]?.finishedAt)
  assert.match(failed.reason ?? "", /^deploy-to-ring in LAB failed: /)
  assert.is((await engine.story(id)).at(-1), "DEPLOYMENT_FAILED")
  const [row] = await engine.db.execute(sql`SELECT count(*)::int AS n FROM metric_inbox
    WHERE array_to_string(attributes, ' ') LIKE '%"app_name":"Never"%FAILED%'`)
  assert.is(row?.["n"], 1)
})

const refusals: Readonly<Record<string, number>> = { "a permanent error": 422, "a lack of rights": 403 }

for (const [what, status] of Object.entries(refusals))
  test(`${what} (${status}) is not tried again`, async () => {
    engine.fault({ kind: "error", status, ...deploying })
    const { id } = await engine.submit({ appName: `Refused ${status}` })
    assert.is((await untilTheEnd()).length, 1)
    engine.fault()
    assert.is((await engine.get(id)).status, "FAILED")
    assert.equal(engine.effects(`Refused ${status}`), [])
  })

test("a back end that says when to come back is not asked before", async () => {
  engine.fault({ kind: "throttle", retryAfterSeconds: 120, times: 1, ...deploying })
  const { id } = await engine.submit({ appName: "Throttled" })
  const [task] = await engine.take()
  await engine.run(task)
  const [seconds = 0] = await delays()
  assert.ok(seconds >= 119.9 && seconds < 180, `${seconds} s`)
  await untilTheEnd()
  assert.is((await engine.get(id)).status, "COMPLETED")
})

test("an effect whose answer was lost is found again and not repeated", async () => {
  engine.fault({ kind: "lost_reply", times: 1 })
  const { id } = await engine.submit({ appName: "Lost" })
  await untilTheEnd()
  engine.fault()
  assert.is((await engine.get(id)).status, "COMPLETED")
  assert.equal(engine.effects("Lost"), ["LAB install 1.0.0"])
})

test("a failed attempt that comes back late, or was run twice, neither counts nor repeats anything", async () => {
  engine.fault({ kind: "outage", times: 3, ...deploying })
  const { id } = await engine.submit({ appName: "Late" })
  const [task] = await engine.take()
  await Promise.all([engine.run(task), engine.run(task)])
  await engine.run(task)
  assert.is(await attemptsOf(id), 1)
  const waiting = await engine.take()
  assert.equal(waiting.map(attempt), [1])
  engine.fault()
  await engine.run(waiting[0])
  await untilTheEnd()
  assert.equal(engine.effects("Late"), ["LAB install 1.0.0"])
})

test("polls that get no answer are repeated under a new sequence, and one that gets an answer begins anew to count", async () => {
  engine.simulator.world.setBehaviour("Polled", { installSeconds: 3_600 })
  const { id } = await engine.submit({ appName: "Polled" })
  await engine.run((await engine.take())[0])
  engine.fault({ kind: "outage", times: 7, ...reporting })
  let poll: Task | undefined
  for (let failed = 1; failed <= 7; failed++) {
    poll = (await engine.take())[0]
    await engine.run(poll)
    await engine.run(poll) // a late run of it finds another sequence
  }
  const [next] = await engine.take()
  assert.equal(next?.payload, { deploymentId: id, ring: "LAB", sequence: 7, attempt: 7, refused: 0 })
  await engine.run(next)
  const [anew] = await engine.take()
  assert.is(anew && attempt(anew), 0)
  engine.fault({ kind: "outage" })
  await engine.run(anew)
  const ran = await untilTheEnd()
  engine.fault()
  assert.equal(ran.map(attempt), [1, 2, 3, 4, 5, 6, 7])
  const failed = await engine.get(id)
  assert.is(failed.status, "FAILED")
  assert.match(failed.reason ?? "", /^LAB: The back end could not be asked how far it is: intune: /)
})

test("a roll-back is tried again as a deployment is", async () => {
  const { id } = await engine.submit({ appName: "Undone" })
  await untilTheEnd()
  await rollbackDeployment(engine.domain, someone(), id, "it crashes")
  engine.fault({ kind: "outage", times: 2 })
  const ran = await untilTheEnd()
  engine.fault()
  assert.ok(ran.length >= 2)
  assert.is((await engine.get(id)).status, "ROLLED_BACK")
  assert.equal(engine.effects("Undone"), ["LAB install 1.0.0", "LAB remove null"])
})

test.after(() => engine.close())

test.run()
