import { sql } from "drizzle-orm"
import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { listApplications } from "../applications/list.ts"
import { getApprovals } from "../approvals/list.ts"
import { createDeployment } from "../deployments/create.ts"
import { prepareGetDeployment } from "../deployments/get.ts"
import { listDeployments } from "../deployments/list.ts"
import { operatorOf, refusal } from "../deployments/testing.ts"
import { readDora } from "../dora/read.ts"
import { listEvents } from "../events/list.ts"
import { demoGauges, domainGauges } from "../telemetry/domain-gauges.ts"
import { aDeployment, someone, testDomain } from "../testing.ts"
import { clearDemoData, seedDemoData } from "./seed.ts"
import { inDemo, realOrDemo } from "./tables.ts"
import { type DemoCounts, demoBounds, demoDefaults } from "./types.ts"

const { domain, db, urls, close } = await testDomain()
const admin = someone("admin", "admin")
const seed = (changed: Partial<typeof demoDefaults> = {}) =>
  seedDemoData(domain, admin, { ...demoDefaults, ...changed })
const clear = () => clearDemoData(domain, admin)

const tables = ["users", "applications", "deployments", "rollouts", "gate_evaluations", "approvals", "events"]
const everything = () =>
  Promise.all(tables.map((table) => db.execute(sql.raw(`SELECT * FROM demo.${table} ORDER BY 1, 2`))))
const ofReal = () =>
  db.execute(sql`SELECT (SELECT count(*)::int FROM deployments) AS deployments, (SELECT count(*)::int FROM applications) AS
    applications, (SELECT count(*)::int FROM events WHERE type NOT LIKE 'DEMO%') AS events, (SELECT count(*)::int FROM tasks.job) AS
    tasks, (SELECT count(*)::int FROM metric_inbox WHERE instance = 'durable') AS points`)
const points = async () =>
  (await db.execute<{ n: number }>(sql`SELECT count(*)::int AS n FROM metric_inbox WHERE instance = 'demo'`))[0]?.n
const audited = async () =>
  (await listEvents(db, "principal", admin.principal.tokenId)).map(({ type, principal, data }) => ({
    ...{ type, principal },
    deployments: data["deployments"],
  }))

test.after.each(async () => void (await clear()))
test.after(close)

test("seeding twice leaves what seeding once made: so many users, applications and deployments, and the same events", async () => {
  const first = await seed()
  const rows = await everything()
  assert.equal([first.users, first.applications, first.deployments], [10, 20, 50])
  assert.ok(first.events >= 200)
  assert.equal(await seed(), first)
  assert.equal(await everything(), rows)
  assert.is(await points(), 1)
})

test("other counts replace what there was", async () => {
  await seed()
  const { deployments, applications, users, events } = await seed({
    deployments: 7,
    applications: 3,
    users: 2,
    events: 0,
  })
  assert.equal([deployments, applications, users], [7, 3, 2])
  assert.ok(events < 200)
  assert.is(await points(), 1)
})

test("the least of everything can be seeded, and so can the most", async () => {
  for (const end of ["least", "most"] as const) {
    const [users, applications, deployments, events] = Object.values(demoBounds).map((bounds) => bounds[end])
    const made = await seed({ users, applications, deployments, events } as DemoCounts)
    assert.equal([made.users, made.applications, made.deployments], [users, applications, deployments])
    assert.ok(made.events >= (events ?? 0))
  }
})

test("two who seed at once make it once", async () => {
  const [one, other] = await Promise.all([seed(), seed()])
  assert.equal(one, other)
})

test("nothing real is touched by seeding and clearing", async () => {
  await createDeployment(domain, someone(), aDeployment())
  const before = await ofReal()
  await seed()
  assert.equal(await ofReal(), before)
  assert.is((await clear()).deployments, 50)
  assert.equal(await ofReal(), before)
  for (const rows of await everything()) assert.is(rows.length, 0)
  assert.is(await points(), 0)
})

test("who seeded and who cleared stands in the chain; what changes nothing is not told", async () => {
  const before = (await audited()).length
  await seed({ deployments: 5 })
  await seed({ deployments: 5 })
  await clear()
  await clear()
  const by = { principal: "admin", deployments: 5 }
  assert.equal((await audited()).slice(before), [
    { type: "DEMO_DATA_SEEDED", ...by },
    { type: "DEMO_DATA_CLEARED", ...by },
  ])
})

test("lists show it marked, together with what is real, and page through both in order", async () => {
  const { deployment } = await createDeployment(domain, someone(), aDeployment({ appName: "Zzz" }))
  await seed()
  const all = []
  for (let after: Parameters<typeof listDeployments>[1]["after"]; ; ) {
    const page = await listDeployments(db, { limit: 7, after })
    all.push(...page.items)
    after = page.next
    if (after === undefined) break
  }
  const moments = all.map(({ createdAt }) => createdAt.getTime())
  assert.equal(
    moments,
    moments.toSorted((a, b) => b - a),
  )
  assert.is(new Set(all.map(({ id }) => id)).size, all.length)
  assert.is(all.filter(({ demo }) => demo).length, 50)
  assert.is(all.find(({ id }) => id === deployment.id)?.demo, false)
  const kinds = async (demo: boolean) =>
    new Set((await listDeployments(db, { demo, limit: 200 })).items.map((each) => each.demo))
  assert.equal([await kinds(true), await kinds(false)], [new Set([true]), new Set([false])])
})

test("applications are listed with their newest deployments; a real one hides demo data of its name", async () => {
  await createDeployment(domain, someone(), aDeployment({ appName: "Chrome" }))
  await seed()
  const { items } = await listApplications(db, { limit: 200 })
  const names = items.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  assert.equal(
    items.filter(({ name }) => name === "Chrome").map(({ demo }) => demo),
    [false],
  )
  const shown = await listApplications(db, { limit: 200, demo: true })
  assert.is(shown.items.length, 19)
  for (const { demo, rings } of shown.items) {
    assert.ok(demo && Object.keys(rings).length > 0)
    for (const deployment of Object.values(rings)) assert.ok(deployment.demo)
  }
})

test("one of them is found with its rings, gates, approvals and story; its events have no hash", async () => {
  await seed()
  const { items } = await listDeployments(db, { demo: true, status: "ROLLED_BACK", limit: 1 })
  const id = items[0]?.id ?? ""
  const found = await realOrDemo(
    db,
    () => prepareGetDeployment(db)(id),
    (tx) => prepareGetDeployment(tx)(id),
  )
  assert.ok(found.demo)
  assert.is(found.gates.at(-1)?.verdict, "failed")
  assert.is(found.rings.at(-1)?.state, "rolled_back")
  const story = await inDemo(db, (tx) => listEvents(tx, "deployment", id))
  assert.is(story.at(-1)?.type, "ROLLBACK_COMPLETED")
  for (const { hash, previousHash } of story) assert.equal([hash, previousHash], [null, null])
  assert.is((await inDemo(db, (tx) => getApprovals(tx, id))).status, "ROLLED_BACK")
})

test("nothing can be done with it", async () => {
  await seed()
  const { items } = await listDeployments(db, { demo: true, status: "DEPLOYING", limit: 1 })
  const before = await everything()
  for (const act of Object.values(operatorOf(domain)))
    assert.is(await refusal(act(items[0]?.id ?? "")), "invalid_transition")
  assert.equal(await everything(), before)
})

test("DORA leaves it out unless it is asked for", async () => {
  const deployed = async (includeDemo: boolean) => (await readDora(db, { days: 30, includeDemo }))[0]?.deployments
  const before = await deployed(true)
  await seed()
  assert.is(await deployed(false), before)
  assert.is(await deployed(true), (before ?? 0) + 14)
})

test("the real gauges say the same with it and without; its own say nothing without it", async () => {
  const real = postgres(urls.url, { max: 1 })
  const demo = postgres(urls.url, { max: 1, connection: { search_path: "demo, public" } })
  const read = async (gauges: ReturnType<typeof demoGauges>, client: postgres.Sql) =>
    Object.fromEntries(
      await Promise.all(gauges.map(async ({ name, read: ask }) => [name, (await ask(client)).length] as const)),
    )
  const counted = () =>
    domainGauges(100, "demo")
      .filter(({ name }) => name === "deployment.active")[0]
      ?.read(real)
  const before = await counted()
  assert.equal(new Set(Object.values(await read(demoGauges(), demo))), new Set([0]))
  await seed()
  assert.equal(await counted(), before)
  for (const [name, series] of Object.entries(await read(demoGauges(), demo))) assert.ok(series > 0, name)
  await Promise.all([real.end(), demo.end()])
})

test("every column of a table is one of its twin, in the same order: both are read as one", async () => {
  const columns = (schema: string, table: string) =>
    db.execute(sql`SELECT column_name, data_type FROM information_schema.columns
      WHERE table_schema = ${schema} AND table_name = ${table} ORDER BY ordinal_position`)
  for (const table of tables.filter((name) => name !== "users"))
    assert.equal([...(await columns("demo", table))], [...(await columns("public", table))], table)
})

test.run()
