/** Kills api, workers and Collector at random while deployments run; afterwards every series equals the database. */
import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { allEnded, deploymentRequest, submitSurely } from "./lib/api.ts"
import { getJson, sendJson } from "./lib/http.ts"
import { query, scalar } from "./lib/prometheus.ts"
import { pick, seeded } from "./lib/random.ts"
import { type OwnStack, ownStack } from "./lib/stack.ts"
import { waitFor } from "./lib/wait.ts"

const deployments = 50
const seed = Date.now() % 1_000_000
console.log(`seed ${seed}`)

interface Context {
  own: OwnStack
  sql: postgres.Sql
}

const test = suite<Context>("50 deployments under kill -9")

test.before(async (context) => {
  const only = ["api", "worker", "simulator", "collector", "prometheus"]
  const environment = { API_PROCESSES: "2", WORKER_PROCESSES: "2" }
  context.own = await ownStack({ only, restarts: Number.POSITIVE_INFINITY, environment })
  context.sql = postgres(context.own.databaseUrl, { max: 2 })
})

test.after(async ({ own, sql }) => {
  await sql?.end()
  await own?.close()
})

/** Kills one process after another until told to stop. */
async function nemesis({ stack }: OwnStack, random: () => number, working: () => boolean): Promise<string[]> {
  const killed: string[] = []
  while (working()) {
    await new Promise((done) => setTimeout(done, 500 + random() * 2_000)) // the pace of the faults, not a wait for anything
    const victim = pick(["api-1", "api-2", "worker-1", "worker-2", "collector"], random)
    await stack.kill(victim, "SIGKILL")
    killed.push(victim)
  }
  return killed
}

/** Some fail at the back end, so that there is more than one outcome. */
async function submitAll({ config }: OwnStack, random: () => number): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < deployments; index++) {
    const name = `exact-${seed}-${index % 7}`
    const failRate = index % 7 === 3 ? 1 : 0
    await sendJson("PUT", `${config.simulator}/admin/apps/${name}`, { installSeconds: random() * 2, failRate })
    const { id } = await submitSurely(
      config,
      deploymentRequest(name, { version: `1.${index}` }),
      `exact-${seed}-${index}`,
    )
    ids.push(id)
  }
  return ids
}

test("every deployment ends, and Prometheus equals the database exactly", async ({ own, sql }) => {
  const random = seeded(seed)
  let working = true
  const kills = nemesis(own, random, () => working)
  const ids = await submitAll(own, random)
  await allEnded(own.config, ids, 240)
  working = false
  console.log(`killed: ${(await kills).join(" ")}`)

  const [truth] = await sql<{ total: number; timed: number }[]>`
    SELECT count(outcome)::int AS total, (count(*) FILTER (WHERE started_at IS NOT NULL AND outcome IS NOT NULL))::int AS timed
    FROM deployments`
  assert.is(truth?.total, deployments)
  const { prometheus } = own.config
  const total = await waitFor(
    () => scalar(prometheus, "sum(deployment_total)"),
    (value) => value === deployments,
    60,
  )
  assert.is(total.found, deployments)
  assert.is(await scalar(prometheus, "sum(deployment_duration_seconds_count)"), truth?.timed)
})

test("by application and status the series equal the rows", async ({ own, sql }) => {
  const rows = await sql<{ app_name: string; status: string; n: number }[]>`
    SELECT app_name, outcome AS status, count(*)::int AS n FROM deployments GROUP BY 1, 2`
  const expected = rows.map(({ app_name, status, n }) => `${app_name} ${status} ${n}`).sort()
  const samples = await query(own.config.prometheus, "sum by (app_name, status) (deployment_total) > 0")
  const found = samples.map(({ labels, value }) => `${labels["app_name"]} ${labels["status"]} ${value}`).sort()
  assert.equal(found, expected)
})

test("no series is doubled", async ({ own }) => {
  const doubled = "count by (app_name, ring, status, requires_cab) (deployment_total) > 1"
  assert.equal(await query(own.config.prometheus, doubled), [])
})

test("no counter steps down", async ({ own }) => {
  const steps =
    'resets({__name__=~"deployment_total|deployment_duration_seconds_count|deployment_submitted_total"}[30m]) > 0'
  assert.equal(await query(own.config.prometheus, steps), [])
})

test("each effect happened once at the back end", async ({ own }) => {
  type Ledger = { readonly entries: readonly { readonly app: string; readonly version: string }[] }
  const { entries } = await getJson<Ledger>(`${own.config.simulator}/admin/ledger?effect=install`)
  const effects = entries.map(({ app, version }) => `${app} ${version}`)
  assert.is(new Set(effects).size, deployments)
  assert.is(effects.length, deployments)
})

test.run()
