import { suite } from "uvu"
import * as assert from "uvu/assert"
import { failDeployment } from "../deployments/fail.ts"
import { prepareGetDeployment } from "../deployments/get.ts"
import { mustLock } from "../deployments/lock.ts"
import { listEvents } from "../events/list.ts"
import { changePolicies } from "../rings/testing.ts"
import { until } from "../testing.ts"
import { beginCheck } from "./check-row.ts"
import { holdingsOf } from "./holdings.ts"
import { reconcile } from "./reconcile.ts"
import { recordCheck } from "./record.ts"
import { driftingDomain } from "./testing.ts"
import type { Drift } from "./types.ts"

const run = await driftingDomain()
const { db, domain } = run

const test = suite("holdings")
test.after(() => run.close())

const told = async (deploymentId: string) =>
  (await listEvents(db, "deployment", deploymentId)).filter(({ type }) => type === "DRIFT_DETECTED")

const brief = ({ kind, devices, closedAt }: Drift) => [kind, devices, closedAt === null ? "open" : "closed"]

test("a newer deployment takes the ring over: the old one's drift closes, the new version is what should be there", async () => {
  const of = { vendor: "sccm", app: "newer" } as const
  const old = await run.deployed({ ...of, version: "1.0" })
  run.tamper(of, "0.9")
  await run.reconcile()
  const fresh = await run.deployed({ ...of, version: "2.0" })
  await run.reconcile()
  assert.equal((await run.drifts("newer")).map(brief), [["version_mismatch", 2, "closed"]])
  run.tamper(of, "1.0")
  await run.reconcile()
  const [newest] = await run.drifts("newer")
  assert.equal([newest?.deploymentId, newest?.expectedVersion, newest?.closedAt], [fresh.id, "2.0", null])
  assert.equal([(await told(old.id)).length, (await told(fresh.id)).length], [1, 1])
})

test("a ring that a deployment is on its way through is left alone", async () => {
  const of = { vendor: "intune", app: "underway" } as const
  await run.deployed({ ...of, version: "1.0" })
  run.simulator.world.setBehaviour("underway", { curve: "stuck", installSeconds: 60 })
  await run.deployed({ ...of, version: "2.0" }, "DEPLOYING")
  run.tamper(of, "0.9", 5)
  await run.reconcile()
  assert.equal(await run.drifts("underway"), [])
})

test("a deployment that failed leaves the ring to the one before: what it put there is drift", async () => {
  const of = { vendor: "landscape", app: "failed" } as const
  const { id } = await run.deployed({ ...of, version: "1.0" })
  run.simulator.world.setBehaviour("failed", { failRate: 0.4 })
  await changePolicies(db, { onFailure: "hold" })
  const second = await run.deployed({ ...of, version: "2.0" }, "DEPLOYING")
  await changePolicies(db, { onFailure: "rollback" })
  await until("its gate holds it", async () => (await prepareGetDeployment(db)(second.id)).heldAt)
  await db.transaction(async (tx) => {
    await failDeployment(tx, domain, await mustLock(tx, second.id), "given up")
  })
  await run.reconcile()
  const [drift] = await run.drifts("failed")
  assert.equal([drift?.deploymentId, drift?.kind, drift?.devices], [id, "version_mismatch", 3])
})

test("a roll-back has a roll-out's time; then the earlier version is what should be there", async () => {
  const of = { vendor: "intune", app: "back" } as const
  const { id } = await run.deployed({ ...of, version: "1.0" })
  await run.rolledBack(await run.deployed({ ...of, version: "2.0" }))
  run.tamper(of, "2.0", 1)
  await run.reconcile()
  assert.equal(await run.drifts("back"), [])
  await run.sql`UPDATE operations SET done_at = done_at - interval '1 hour' WHERE operation = 'rollback'`
  await run.reconcile()
  const [drift] = await run.drifts("back")
  assert.equal([drift?.deploymentId, drift?.expectedVersion, drift?.devices], [id, "1.0", 1])
})

test("a ring without a deployment that holds it is nobody's: its drift closes", async () => {
  const of = { vendor: "sccm", app: "gone" } as const
  const deployment = await run.deployed({ ...of, version: "1.0" })
  run.tamper(of, null)
  await run.reconcile()
  await run.rolledBack(deployment)
  await run.reconcile()
  assert.equal((await run.drifts("gone")).map(brief), [["missing", 2, "closed"]])
})

test("a look that comes back after a newer one has begun, or after the ring changed hands, changes nothing", async () => {
  const of = { vendor: "intune", app: "outrun" } as const
  await run.deployed({ ...of, version: "1.0" })
  const holding = (await holdingsOf(db, "intune")).find(({ appName }) => appName === "outrun")
  assert.ok(holding)
  const counts = { targeted: 5, installed: 5, failed: 0, pending: 0 }
  const wrong = { counts, inventory: { versions: [{ version: "0.9", devices: 5 }], lagSeconds: 0 } }
  const late = await beginCheck(db, holding)
  const newer = await beginCheck(db, holding)
  await recordCheck(domain, holding, late, wrong)
  assert.equal(await run.drifts("outrun"), [])
  await run.deployed({ ...of, version: "2.0" })
  await recordCheck(domain, holding, newer, wrong)
  assert.equal(await run.drifts("outrun"), [])
})

test("a run that is told to come to an end looks at no more rings; the one that waits longest is the first of the next", async () => {
  const looks = async () => (await run.sql<{ n: number }[]>`SELECT sum(sequence)::int AS n FROM ring_checks`)[0]?.n
  const before = await looks()
  await reconcile(domain, AbortSignal.abort())
  assert.is(await looks(), before)
  for (const app of ["waits", "waits too"]) await run.deployed({ vendor: "ansible", app, version: "1.0" })
  await run.reconcile()
  const all = await holdingsOf(db, "ansible")
  const last = all.at(-1)
  await run.sql`UPDATE ring_checks SET begun_at = now() - interval '1 day' WHERE deployment_id = ${last?.deploymentId ?? ""}`
  assert.ok(all.length > 1)
  assert.is((await holdingsOf(db, "ansible"))[0]?.deploymentId, last?.deploymentId)
})

test.run()
