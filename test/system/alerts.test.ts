/** An alert goes through the real Alertmanager into our history and on the list of events, and ends there as well. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { getJson, getText, sendJson } from "./lib/http.ts"
import { type OwnStack, ownStack } from "./lib/stack.ts"
import { type Waited, waitFor } from "./lib/wait.ts"

interface Context {
  own: OwnStack
  sql: postgres.Sql
}

interface ServedAlert {
  readonly id: string
  readonly status: string
  readonly severity: string
  readonly ended_at: string | null
  readonly links: Readonly<Record<string, string | null>>
}

const test = suite<Context>("alert history")
const labels = { alertname: "SystemTest", severity: "critical", component: "connectors", connector_type: "jamf" }
const startsAt = new Date().toISOString()

test.before(async (context) => {
  const own = await ownStack({ only: ["api", "alertmanager", "collector"] })
  Object.assign(context, { own, sql: postgres(own.databaseUrl, { max: 1 }) })
})

test.after(async ({ own, sql }) => {
  await sql?.end()
  await own?.close()
})

/** As Prometheus does. */
function tellAlertmanager({ config }: OwnStack, endsAt: Date): Promise<void> {
  const annotations = { runbook_url: "https://runbooks.test/SystemTest.md", dashboard: "/d/eucora-operations" }
  const alert = {
    labels,
    annotations,
    startsAt,
    endsAt: endsAt.toISOString(),
    generatorURL: "http://prometheus.test/graph",
  }
  return sendJson("POST", `${config.alertmanager}/api/v2/alerts`, [alert])
}

async function history({ config }: OwnStack, query: string): Promise<readonly ServedAlert[]> {
  const headers = { authorization: `Bearer ${config.token}` }
  return (await getJson<{ items: ServedAlert[] }>(`${config.api}/api/v1/alerts?${query}`, headers)).items
}

const statusWithin = (own: OwnStack, status: string, seconds: number): Promise<Waited<readonly ServedAlert[]>> =>
  waitFor(
    () => history(own, `name=SystemTest&status=${status}`),
    (items) => items.length > 0,
    seconds,
  )

const eventsOf = (sql: postgres.Sql, id: string) => sql`
  SELECT type, principal FROM events WHERE subject_type = 'alert' AND subject_id = ${id} ORDER BY sequence`

test("an alert that fires is in the history within 10 s, with its links, and is an event of Alertmanager's", async ({
  own,
  sql,
}) => {
  await tellAlertmanager(own, new Date(Date.now() + 3_600_000))
  const { found, met } = await statusWithin(own, "firing", 10)
  assert.ok(met, logEnd(own))
  const [alert, ...others] = found
  assert.equal([others, alert?.severity, alert?.ended_at], [[], "critical", null])
  assert.is(alert?.links["runbook"], "https://runbooks.test/SystemTest.md")
  assert.match(alert?.links["dashboard"] ?? "", /^http:\/\/127\.0\.0\.1:\d+\/d\/eucora-operations$/)
  assert.is(alert?.links["source"], "http://prometheus.test/graph")
  const events = await eventsOf(sql, alert?.id ?? "")
  assert.equal(
    events.map((event) => [event["type"], event["principal"]]),
    [["ALERT_FIRING", "alertmanager"]],
  )
})

test("when it is over the same alert is resolved within 30 s, and that is an event too", async ({ own, sql }) => {
  const [firing] = await history(own, "name=SystemTest")
  await tellAlertmanager(own, new Date())
  const { found, met } = await statusWithin(own, "resolved", 30)
  assert.ok(met, logEnd(own))
  assert.equal([found.length, found[0]?.id], [1, firing?.id])
  assert.type(found[0]?.ended_at, "string")
  const events = await eventsOf(sql, found[0]?.id ?? "")
  assert.equal(
    events.map((event) => event["type"]),
    ["ALERT_FIRING", "ALERT_RESOLVED"],
  )
})

test("what Alertmanager sent is counted by name and status", async ({ own }) => {
  const counted = /^alert_notifications_total\{.*alertname="SystemTest".*status="(firing|resolved)".*\} [1-9]/gm
  const { found } = await waitFor(
    async () => [...(await getText(`${own.config.api}/api/v1/metrics`)).matchAll(counted)].map(([, status]) => status),
    (statuses) => statuses.length === 2,
    15,
  )
  assert.equal(found.sort(), ["firing", "resolved"])
})

test("the token that Alertmanager has can do nothing else", async ({ own }) => {
  const file = join(own.stack.config.dataDir, "run", "alertmanager-token")
  const headers = { authorization: `Bearer ${readFileSync(file, "utf8").trim()}` }
  const error = await getJson(`${own.config.api}/api/v1/deployments`, headers).catch((thrown: Error) => thrown)
  assert.match(String(error), "answered 403")
})

/** Why a notification did not arrive. */
const logEnd = ({ config }: OwnStack) =>
  readFileSync(join(config.logs, "alertmanager.log"), "utf8").split("\n").slice(-5).join("\n")

test.run()
