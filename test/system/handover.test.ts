/** The next version of the durable library beside the old one: it takes the series over without freezing or doubling them. */
import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { deploymentTotal, domainCounts } from "../../src/telemetry/domain-counts.ts"
import { bounded, counter } from "../../src/telemetry/durable/definition.ts"
import { type Durable, startDurable } from "../../src/telemetry/durable/index.ts"
import { startTelemetry, type Telemetry } from "../../src/telemetry/sdk.ts"
import { allEnded, deploymentRequest, submitSurely } from "./lib/api.ts"
import { query, scalar } from "./lib/prometheus.ts"
import { type OwnStack, ownStack } from "./lib/stack.ts"
import { waitFor } from "./lib/wait.ts"

interface Context {
  own: OwnStack
  sql: postgres.Sql
  telemetry: Telemetry
  next: Durable
}

const test = suite<Context>("hand-over to the next version")
const app = "handed-over"
const series = `deployment_total{app_name="${app}"}`

/** What the next version counts besides. */
const added = counter({ name: "next.version", unit: "{fact}", description: "New.", attributes: { app_name: bounded } })

test.before(async (context) => {
  const own = await ownStack({ only: ["api", "worker", "simulator", "collector", "prometheus"] })
  const telemetry = startTelemetry({
    role: "worker",
    environment: "development",
    version: "99.0.0",
    resourceAttributes: "",
    endpoint: `http://127.0.0.1:${own.environment["COLLECTOR_GRPC_PORT"]}`,
    metricIntervalMs: 5_000,
    disabled: false,
    metrics: true,
    traces: true,
    sampler: { name: "always_off", arg: 0 },
    logLevel: "warn",
    trustIncomingContext: false,
  })
  const next = startDurable({
    url: own.databaseUrl,
    instruments: [...domainCounts, added],
    observed: [],
    environment: "development",
    exporter: telemetry.exporter(1_000),
    failures: { count: () => {}, log: (part, error) => console.error(part, error) },
  })
  Object.assign(context, { own, telemetry, next, sql: postgres(own.databaseUrl, { max: 1 }) })
})

test.after(async ({ own, sql, telemetry, next }) => {
  await next?.close()
  await telemetry?.shutdown(2_000)
  await sql?.end()
  await own?.close()
})

test("side by side the old one stays in office and counts", async ({ own, next }) => {
  const { id } = await submitSurely(own.config, deploymentRequest(app), "handover-1")
  await allEnded(own.config, [id], 30)
  const { found } = await waitFor(
    () => scalar(own.config.prometheus, series),
    (value) => value === 1,
    30,
  )
  assert.is(found, 1)
  assert.not(next.elected())
})

test("when the old ones end, the next one goes on with the same series", async ({ own, sql, next }) => {
  for (const part of ["api", "worker-1", "worker-2"]) await own.stack.stopOne(part)
  const office = await waitFor(
    async () => next.elected(),
    (elected) => elected,
    20,
  )
  assert.ok(office.met)
  const point = deploymentTotal.add(1, { app_name: app, ring: "LAB", status: "COMPLETED", requires_cab: "false" })
  await sql`INSERT INTO metric_inbox (instruments, attributes, vals) VALUES (${[point.instrument]}, ${[point.attributes]}, ${[1]})`
  const { found } = await waitFor(
    () => scalar(own.config.prometheus, series),
    (value) => value === 2,
    30,
  )
  assert.is(found, 2)
})

test("nothing froze, nothing doubled, nothing began anew", async ({ own }) => {
  assert.is((await query(own.config.prometheus, series)).length, 1)
  assert.is(await scalar(own.config.prometheus, `resets(${series}[10m])`), 0)
  assert.is(await scalar(own.config.prometheus, `increase(${series}[10m] anchored)`), 2)
})

test.run()
