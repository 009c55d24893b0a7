import { suite } from "uvu"
import * as assert from "uvu/assert"
import { connectorTypes } from "../connectors/types.ts"
import { listDrifts } from "./list.ts"
import { driftingDomain } from "./testing.ts"
import { type Drift, type DriftFilter, driftKinds } from "./types.ts"

const run = await driftingDomain()
const { db } = run

const test = suite("drifts")
test.after(() => run.close())

const list = async (filter: Partial<DriftFilter>) => (await listDrifts(db, { limit: 200, ...filter })).items
const apps = (drifts: readonly Drift[]) => drifts.map(({ appName, ring }) => `${appName} ${ring}`).sort()

test("before anything drifts every kind is 0 for every back end", async () => {
  const gauge = await run.gauge("drift")
  assert.is(gauge.size, connectorTypes.length * driftKinds.length)
  assert.equal(new Set(gauge.values()), new Set([0]))
})

test("drifts are listed by state, back end, application and ring, and counted while they are open", async () => {
  const [one, two] = [
    { vendor: "jamf", app: "One" },
    { vendor: "sccm", app: "Two" },
  ] as const
  await run.deployed({ ...one, version: "1.0", ring: "CANARY" })
  await run.deployed({ ...two, version: "1.0" })
  run.tamper(one, null)
  run.tamper({ ...one, ring: "CANARY" }, null)
  run.tamper(two, "0.9")
  await run.reconcile()
  run.tamper(one, "1.0")
  await run.reconcile()
  assert.equal(apps(await list({ state: "open" })), ["One CANARY", "Two LAB"])
  assert.equal(apps(await list({ state: "closed" })), ["One LAB"])
  assert.equal(apps(await list({ connectorType: "jamf" })), ["One CANARY", "One LAB"])
  assert.equal(apps(await list({ appName: "Two" })), ["Two LAB"])
  assert.equal(apps(await list({ ring: "LAB" })), ["One LAB", "Two LAB"])
  assert.equal(apps(await list({ ring: "LAB", state: "open", connectorType: "sccm", appName: "Two" })), ["Two LAB"])
  assert.equal(await list({ connectorType: "ansible" }), [])
  const gauge = [...(await run.gauge("drift"))].filter(([, open]) => open > 0)
  assert.equal(
    new Map(gauge),
    new Map([
      ["jamf missing", 1],
      ["sccm version_mismatch", 1],
    ]),
  )
})

test("pages follow one another without gap or repetition, also where many opened in the same microsecond", async () => {
  const [{ id } = { id: "" }] = await run.sql<{ id: string }[]>`SELECT id FROM deployments WHERE app_name = 'Two'`
  await run.sql`
    INSERT INTO drifts (deployment_id, ring, kind, devices, expected_version, found, opened_at, closed_at)
    SELECT ${id}, 'PILOT', 'stuck', n, '1.0', '[]', timestamptz '2026-03-01 12:00:00.123456Z' + (n / 4) * interval '1 us', now()
    FROM generate_series(1, 23) AS n`
  const seen: Drift[] = []
  let after: DriftFilter["after"]
  do {
    const page = await listDrifts(db, { limit: 5, after })
    seen.push(...page.items)
    after = page.next
    assert.ok(page.items.length === 5 || after === undefined)
  } while (after !== undefined)
  assert.equal(
    seen.map((drift) => drift.id),
    (await list({})).map((drift) => drift.id),
  )
  assert.is(seen.length, 26)
  const times = seen.map(({ openedAt }) => openedAt.getTime())
  assert.equal(
    times,
    times.toSorted((a, b) => b - a),
  )
})

test("a page is read from its index, not sorted out of all there is", async () => {
  await run.sql`
    INSERT INTO drifts (deployment_id, ring, kind, devices, expected_version, found, opened_at, closed_at)
    SELECT deployment_id, ring, kind, devices, expected_version, found, opened_at - n * interval '1 s', now()
    FROM drifts, generate_series(1, 500) AS n`
  await run.sql`ANALYZE drifts`
  const plan = await run.sql`EXPLAIN SELECT * FROM drifts ORDER BY opened_at DESC, id DESC LIMIT 50`
  assert.match(JSON.stringify(plan), "drifts_newest")
})

test.run()
