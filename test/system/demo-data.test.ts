/** Demo data beside real work: Prometheus and the database agree on both, before, while it is there, and once it is gone. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { demoGauges } from "../../src/telemetry/domain-gauges.ts"
import { type Person, people } from "./lib/people.ts"
import { query } from "./lib/prometheus.ts"
import { becomes, behave, needing, type Scene, startScene, submit } from "./lib/rollout.ts"
import { compared, exposed, type Pair } from "./lib/truth.ts"
import { countPairs } from "./lib/truth-counts.ts"
import { gaugePairs } from "./lib/truth-gauges.ts"
import { waitFor } from "./lib/wait.ts"

/** What nobody sends any more the Collector forgets after this: instead of after a minute. */
const folder = mkdtempSync(join(tmpdir(), "eucora-demo-data-"))
const forgetful = join(folder, "forgetful.yaml")
writeFileSync(forgetful, "exporters: { prometheus: { metric_expiration: 15s } }\n")
const withinSeconds = 45

const observed = new Set(demoGauges().map(({ name }) => name))
/** No demo data has breakers of its own. */
const counted = countPairs.filter(({ instrument }) => !instrument.startsWith("circuit_breaker"))
const pairs = [...counted, ...gaugePairs.filter(({ instrument }) => observed.has(instrument))]
const of = (instance: string) => pairs.map((pair) => ({ ...pair, selector: `{instance="${instance}"}` }))

const test = suite<{ scene: Scene; root: Person; real: postgres.Sql; demo: postgres.Sql }>("demo data")

test.before(async (context) => {
  const scene = await startScene(["collector", "prometheus"], {
    environment: { COLLECTOR_ARGS: `--config=${forgetful}` },
  })
  const { databaseUrl, config } = scene.own
  const { root } = await people({ databaseUrl, api: config.api }, { root: "admin" })
  const connection = (search_path: string) => postgres(databaseUrl, { max: 2, connection: { search_path } })
  Object.assign(context, { scene, root, real: connection("public"), demo: connection("demo, public") })
  await behave(scene, "Tool", { installSeconds: 0.2 })
  const { id } = await submit(scene, "Tool")
  await becomes(scene, id, { status: "COMPLETED" })
  await submit(scene, "Driver", needing(1))
})

test.after(async ({ scene, real, demo }) => {
  await Promise.all([real?.end(), demo?.end()])
  await scene?.own.close()
  rmSync(folder, { recursive: true })
})

/** Waits until Prometheus says what the tables say; otherwise it tells where it does not. */
async function agree({ own }: Scene, sql: postgres.Sql, all: readonly Pair[]): Promise<void> {
  const differences = async () =>
    (await Promise.all(all.map((pair) => compared(own.config.prometheus, sql, pair)))).flat()
  assert.equal((await waitFor(differences, (lines) => lines.length === 0, withinSeconds)).found, [])
}

/** Those that are scraped; what rules sum up over a minute follows them a minute later. */
const demoSeries = ({ own }: Scene) =>
  query(own.config.prometheus, 'count by (__name__) ({__name__!~".*:.*", instance="demo"})')

test("before, there is no series of demo data, and the real ones agree with the tables", async ({ scene, real }) => {
  await agree(scene, real, of("durable"))
  assert.equal(await demoSeries(scene), [])
})

test("seeding twice leaves 50 deployments, 20 applications and the same events", async ({ root }) => {
  const stories = async () => {
    const { items } = (await root.get("/deployments?demo=true&limit=200")).body
    const events = items.map(
      async ({ id }: { readonly id: string }) => (await root.get(`/deployments/${id}/events`)).body,
    )
    return Promise.all(events)
  }
  const first = await root.post("/admin/seed-demo-data", {})
  const told = await stories()
  const second = await root.post("/admin/seed-demo-data", {})
  assert.equal([first.status, second.status], [200, 200])
  assert.equal(second.body, first.body)
  assert.equal([first.body.users, first.body.applications, first.body.deployments], [10, 20, 50])
  assert.ok(first.body.events >= 200)
  assert.equal(await stories(), told)
  assert.is(told.length, 50)
  assert.is((await root.get("/applications?demo=true&limit=200")).body.items.length, 20)
})

test("Prometheus and the tables agree on it, series by series, and on what is real as before", async ({
  scene,
  ...sql
}) => {
  await agree(scene, sql.demo, of("demo"))
  for (const pair of of("demo")) {
    const values = [...(await exposed(scene.own.config.prometheus, pair)).values()]
    assert.ok(
      values.some((value) => value > 0),
      `${pair.instrument} is zero, or not there`,
    )
  }
  await agree(scene, sql.real, of("durable"))
})

test("its first increments count, as everybody's do", async ({ scene }) => {
  const increase = () =>
    query(scene.own.config.prometheus, 'sum(increase(deployment_total{instance="demo"}[5m] anchored))')
  const { found } = await waitFor(increase, ([sample]) => (sample?.value ?? 0) >= 20, withinSeconds)
  assert.is(Math.round(found[0]?.value ?? 0), 24)
})

test("no alert comes of it", async ({ scene }) => {
  assert.equal(await query(scene.own.config.prometheus, 'ALERTS{component=~"deployments|approvals|gates"}'), [])
})

test("once it is cleared its series end, and no counter of anything real has stepped down", async ({
  scene,
  root,
  real,
}) => {
  const { prometheus } = scene.own.config
  assert.is((await root.delete("/admin/demo-data")).body.deployments, 50)
  assert.equal(
    (
      await waitFor(
        () => demoSeries(scene),
        (series) => series.length === 0,
        60,
      )
    ).found,
    [],
  )
  await agree(scene, real, of("durable"))
  const counters = counted.flatMap(({ promql }) => (promql.endsWith("_total") ? [promql] : [`${promql}_count`]))
  for (const counter of counters)
    for (const { labels, value } of await query(prometheus, `resets(${counter}{instance="durable"}[10m])`))
      assert.is(value, 0, `${counter} ${JSON.stringify(labels)}`)
  assert.equal((await root.get("/deployments?demo=true")).body.items, [])
})

test("seeded again, it is told again", async ({ scene, root, demo }) => {
  await root.post("/admin/seed-demo-data", { deployments: 15, applications: 5 })
  await agree(scene, demo, of("demo"))
})

test.run()
