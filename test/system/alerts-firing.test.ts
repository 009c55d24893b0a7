/**
 * The rules on the real stack: what breaks fires, goes through Alertmanager into the history, silences what it explains, and
 * ends. Rules, limits and routes are those of production, only the pauses are shorter (lib/fast-rules.ts).
 */
import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { deploymentRequest, submitSurely } from "./lib/api.ts"
import { hurry } from "./lib/fast-rules.ts"
import { getJson, sendJson } from "./lib/http.ts"
import { scalar } from "./lib/prometheus.ts"
import { type OwnStack, ownStack } from "./lib/stack.ts"
import { waitFor } from "./lib/wait.ts"

interface Context {
  own: OwnStack
  sql: postgres.Sql
}

type Labels = Readonly<Record<string, string>>

interface ServedAlert {
  readonly name: string
  readonly status: string
  readonly labels: Labels
  readonly description: string
}

interface Active {
  readonly labels: Labels
  readonly status: { readonly inhibitedBy: readonly string[] }
}

const test = suite<Context>("alerts")

test.before(async (context) => {
  const only = ["api", "worker", "simulator", "collector", "prometheus", "alertmanager", "jaeger"]
  const own = await ownStack({ only, environment: { PROBE_INTERVAL_SECONDS: "1" } })
  Object.assign(context, { own, sql: postgres(own.databaseUrl, { max: 1 }) })
})

test.after(async ({ own, sql }) => {
  await sql?.end()
  await own?.close()
})

const authorised = ({ config }: OwnStack) => ({ authorization: `Bearer ${config.token}` })

async function history(own: OwnStack, query: string): Promise<readonly ServedAlert[]> {
  const address = `${own.config.api}/api/v1/alerts?${query}`
  return (await getJson<{ readonly items: readonly ServedAlert[] }>(address, authorised(own))).items
}

/** The alert, once the history has it firing. */
async function firing(own: OwnStack, name: string, withinSeconds = 40): Promise<ServedAlert> {
  const { found } = await waitFor(
    () => history(own, `name=${name}&status=firing`),
    (items) => items.length > 0,
    withinSeconds,
  )
  assert.ok(found[0], `${name} fires`)
  return found[0]
}

async function isOver(own: OwnStack, name: string, withinSeconds = 60): Promise<void> {
  const { met } = await waitFor(
    async () => [await history(own, `name=${name}&status=firing`), await history(own, `name=${name}&status=resolved`)],
    ([open, closed]) => open?.length === 0 && (closed?.length ?? 0) > 0,
    withinSeconds,
  )
  assert.ok(met, `${name} is over`)
}

/** Whether Alertmanager has the alert and tells nobody of it. */
async function silenced(own: OwnStack, name: string): Promise<boolean> {
  const all = await getJson<readonly Active[]>(`${own.config.alertmanager}/api/v2/alerts`)
  const named = all.filter(({ labels }) => labels["alertname"] === name)
  return named.length > 0 && named.every(({ status }) => status.inhibitedBy.length > 0)
}

test("while all is well Watchdog fires, and nothing that wakes anybody", async ({ own }) => {
  await submitSurely(own.config, deploymentRequest("Well"), "well")
  assert.is((await firing(own, "Watchdog")).labels["severity"], "info")
  hurry(own.stack)
  // As long as every pause in the copies, and then some.
  await waitFor(
    () => scalar(own.config.prometheus, 'count_over_time(up{job="prometheus"}[10s])'),
    (scrapes) => scrapes > 8,
    20,
  )
  assert.equal(await history(own, "status=firing&severity=critical"), [])
})

test("a back end that is down is unhealthy, then its breaker opens and silences that; both end when it is back", async ({
  own,
}) => {
  const faults = `${own.config.simulator}/admin/faults/jamf`
  await sendJson("PUT", faults, { rules: [{ kind: "outage" }] })
  const open = await firing(own, "CircuitBreakerOpen")
  assert.equal([open.labels["connector_type"], open.labels["severity"]], ["jamf", "critical"])
  assert.match(open.description, "Nothing is deployed through jamf")
  const { met } = await waitFor(() => silenced(own, "ConnectorUnhealthy"), Boolean, 20)
  assert.ok(met, "ConnectorUnhealthy is there and silent")
  await sendJson("PUT", faults, { rules: [] })
  await sendJson(
    "POST",
    `${own.config.api}/api/v1/circuit-breakers/jamf/reset`,
    { reason: "It is back" },
    authorised(own),
  )
  await isOver(own, "CircuitBreakerOpen")
  const still = await waitFor(
    () => history(own, "name=ConnectorUnhealthy&status=firing"),
    (items) => items.length === 0,
    30,
  )
  assert.ok(still.met, "ConnectorUnhealthy is over")
})

test("a back end whose right was taken opens no breaker: ConnectorUnhealthy is told, and ends", async ({ own }) => {
  const faults = `${own.config.simulator}/admin/faults/sccm`
  await sendJson("PUT", faults, { rules: [{ kind: "error", status: 403 }] })
  const unhealthy = await firing(own, "ConnectorUnhealthy")
  assert.equal([unhealthy.labels["connector_type"], unhealthy.labels["reason"]], ["sccm", "unhealthy"])
  await sendJson("PUT", faults, { rules: [] })
  await isOver(own, "ConnectorUnhealthy")
})

test("without the Collector the alert arrives all the same, and ends when it is back", async ({ own }) => {
  await own.stack.stopOne("collector")
  const down = await firing(own, "CollectorDown")
  assert.is(down.labels["severity"], "critical")
  await own.stack.startOne("collector")
  await isOver(own, "CollectorDown")
  assert.equal(await history(own, "status=firing&severity=critical"), [])
})

test("a deployment that nobody looks after any more is stuck; rolled back, it is not", async ({ own, sql }) => {
  await sendJson("PUT", `${own.config.simulator}/admin/apps/Stuck`, { installSeconds: 3_600 })
  const { id } = await submitSurely(own.config, deploymentRequest("Stuck"), "stuck")
  const lose = () =>
    sql`DELETE FROM tasks.job WHERE name = 'poll-ring' AND data -> 'payload' ->> 'deploymentId' = ${id} AND state < 'active' RETURNING id`
  assert.ok((await waitFor(lose, (lost) => lost.length > 0, 30)).met, "its poll was lost")
  const stuck = await firing(own, "DeploymentStuck", 150)
  assert.equal([stuck.labels["ring"], stuck.labels["severity"]], ["LAB", "warning"])
  await sendJson("POST", `${own.config.api}/api/v1/deployments/${id}/rollback`, { reason: "Stuck" }, authorised(own))
  await isOver(own, "DeploymentStuck")
})

test.run()
