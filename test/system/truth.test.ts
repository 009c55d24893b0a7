/** After 200 deployments of every kind: each series of the domain equals the query over the tables that defines it. */
import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { deploymentOutcomes } from "../../src/deployments/types.ts"
import { mixedRun } from "./lib/mixed-run.ts"
import { type Scene, startScene } from "./lib/rollout.ts"
import { compared, comparedWithout, declaredNames, exposed, labelLimit, type Pair } from "./lib/truth.ts"
import { countPairs } from "./lib/truth-counts.ts"
import { gaugePairs } from "./lib/truth-gauges.ts"
import { waitFor } from "./lib/wait.ts"

const pairs: readonly Pair[] = [...countPairs, ...gaugePairs]

const test = suite<{ scene: Scene; sql: postgres.Sql }>("what Prometheus says and what the tables say")

test.before(async (context) => {
  const environment = {
    APP_LABEL_LIMIT: String(labelLimit),
    BREAKER_OPEN_SECONDS: "2",
    RECONCILE_INTERVAL_SECONDS: "5",
  }
  context.scene = await startScene(["collector", "prometheus"], {
    environment: { ...environment, PROBE_INTERVAL_SECONDS: "5" },
  })
  // A copy of a table that stands before it is how a missing row is played.
  const connection = { search_path: "public, tasks" }
  context.sql = postgres(context.scene.own.databaseUrl, { max: 2, connection, onnotice: () => {} })
  await mixedRun(context).catch((error: unknown) => {
    console.error(error) // a suite that fails before its first test says nothing
    throw error
  })
})

test.after(async ({ scene, sql }) => {
  await sql?.end()
  await scene?.own.close()
})

test("every instrument of the domain that is declared has its pair", () => {
  assert.equal(pairs.map(({ instrument }) => instrument).sort(), [...declaredNames].sort())
})

test("the run was mixed: 200 deployments, every outcome, every trigger, applications beyond the label's bound", async ({
  sql,
}) => {
  const column = async (statement: string) => (await sql.unsafe(statement)).map(({ value }) => value as string)
  assert.equal(await column("SELECT count(*)::int AS value FROM deployments"), [200])
  const outcomes = await column("SELECT DISTINCT outcome AS value FROM deployments WHERE outcome IS NOT NULL")
  assert.equal(outcomes.sort(), [...deploymentOutcomes].sort())
  const triggers = await column(
    "SELECT DISTINCT data ->> 'trigger' AS value FROM events WHERE type = 'ROLLBACK_INITIATED' ORDER BY 1",
  )
  assert.equal(triggers, ["gate", "incident", "manual", "tasks"])
  const statuses = await column("SELECT DISTINCT status AS value FROM deployments WHERE outcome IS NULL ORDER BY 1")
  assert.equal(statuses, ["AWAITING_CAB", "DEPLOYING", "PENDING"])
  assert.equal(await column("SELECT label AS value FROM applications WHERE label = 'other' LIMIT 1"), ["other"])
})

test("PromQL and SQL say the same, instrument by instrument", async ({ scene, sql }) => {
  const { prometheus } = scene.own.config
  const all = async () => (await Promise.all(pairs.map((pair) => compared(prometheus, sql, pair)))).flat()
  const { found } = await waitFor(all, (lines) => lines.length === 0, 120)
  assert.equal(found, [])
})

test("every comparison is of something, and one row less is seen", async ({ scene, sql }) => {
  const { prometheus } = scene.own.config
  for (const pair of pairs) {
    const something = await waitFor(
      async () => [...(await exposed(prometheus, pair)).values()],
      (values) => values.some((value) => value !== 0),
      60,
    )
    assert.ok(something.met, `${pair.instrument} is zero, or not there`)
    if (pair.counts === undefined) continue
    const { met } = await waitFor(
      () => comparedWithout(prometheus, sql, pair),
      (lines) => lines.length > 0,
      30,
    )
    assert.ok(met, `${pair.instrument}: a row less of ${pair.counts.table} is not seen`)
  }
})

test("a count that is changed behind our back is seen, once a process has read it", async ({ scene, sql }) => {
  const { config, stack } = scene.own
  const [pair] = countPairs
  assert.ok(pair)
  await sql`UPDATE metric_points SET sum = sum + 1, count = count + 1
    WHERE (instrument, attributes) = (SELECT instrument, attributes FROM metric_points
      WHERE instrument = ${pair.instrument} ORDER BY attributes LIMIT 1)`
  await stack.stopOne("api")
  await stack.startOne("api")
  const { found } = await waitFor(
    () => compared(config.prometheus, sql, pair),
    (lines) => lines.length > 0,
    60,
  )
  assert.is(found.length, 1)
})

test.run()
