import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { age } from "../deployments/testing.ts"
import { startWaiting } from "./start-waiting.ts"
import { drainBut, testEngine } from "./testing.ts"

const engine = await testEngine()
const { db, domain } = engine
const { signal } = new AbortController()

const statuses = (ids: readonly string[]) => Promise.all(ids.map(async (id) => (await engine.get(id)).status))

test("start-waiting comes to those behind more who have to wait on than it takes at once", async () => {
  await engine.submit({ appName: "Blocked" })
  const blocked = await engine.submit({ appName: "Blocked", version: "2.0.0" })
  await drainBut(engine, ({ name }) => name === "poll-ring")
  // More that stand in the same line, in front of the one that could go.
  await db.execute(sql`INSERT INTO deployments (application_id, app_name, version, target_ring, connector_type, status, risk_score,
      risk_model_version, risk_assessment, requires_cab, submitter, correlation_id, evidence, evidence_sha256, waiting_since)
    SELECT application_id, app_name, version, target_ring, connector_type, status, risk_score, risk_model_version,
      risk_assessment, requires_cab, submitter, correlation_id, evidence, evidence_sha256, waiting_since
    FROM deployments, generate_series(1, 5) WHERE id = ${blocked.id}`)
  const free = await engine.submit({ appName: "Free", notBefore: new Date(Date.now() + 3_600_000) })
  await engine.run((await engine.take())[0])
  await engine.take()
  await age(db, free.id, 3_700)
  await startWaiting(domain, signal, 3)
  assert.equal(
    (await engine.take()).map(({ payload }) => payload.deploymentId),
    [free.id],
  )
  await db.execute(
    sql`UPDATE deployments SET status = 'CANCELLED', waiting_since = NULL WHERE app_name IN ('Blocked', 'Free')`,
  )
})

test("twenty that are created at once: one is active, the others wait in order, none is lost, and all are done", async () => {
  const created = await Promise.all(
    Array.from({ length: 20 }, (_, i) => engine.submit({ appName: "Twenty", version: `${i}.0.0` })),
  )
  const tasks = await engine.take()
  assert.is(tasks.length, 20)
  await Promise.all(tasks.map((task) => engine.run(task)))
  const ids = created.map(({ id }) => id).sort()
  const before = await statuses(ids)
  assert.equal(before.filter((status) => status === "DEPLOYING").length, 1)
  assert.equal(before.filter((status) => status === "PENDING").length, 19)
  const begun = ids[before.indexOf("DEPLOYING")]
  for (let taken = await engine.take(); taken.length > 0; taken = await engine.take())
    await Promise.all(taken.map((task) => engine.run(task)))
  const order = await db.execute<{ id: string }>(
    sql`SELECT deployment_id AS id FROM rollouts JOIN deployments d ON d.id = deployment_id WHERE app_name = 'Twenty' ORDER BY rollouts.started_at`,
  )
  assert.equal(
    order.map(({ id }) => id),
    [begun, ...ids.filter((id) => id !== begun)],
  )
  assert.equal(new Set(await statuses(ids)), new Set(["COMPLETED"]))
  assert.is(new Set(engine.effects("Twenty")).size, 20)
})

test.after(() => engine.close())

test.run()
