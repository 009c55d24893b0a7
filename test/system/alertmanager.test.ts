/** Alertmanager itself on its configuration: who is told what, with which token, and what stays silent. */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { freePort } from "../../src/db/testing.ts"
import { Launcher } from "../../src/stack/launcher.ts"
import { partPath } from "../../src/stack/parts.ts"
import { alerts } from "../contract/rules.ts"
import { getJson, getText, sendJson } from "./lib/http.ts"
import { waitFor } from "./lib/wait.ts"

type Labels = Readonly<Record<string, string>>

interface Notification {
  readonly receiver: string
  readonly groupLabels: Labels
  readonly alerts: readonly { readonly status: string; readonly labels: Labels }[]
}

interface Active {
  readonly labels: Labels
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] }
}

const home = mkdtempSync(join(tmpdir(), "eucora-alertmanager-"))
const launcher = new Launcher()
const told: { readonly authorization: string | undefined; readonly body: Notification }[] = []
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    told.push({ authorization: request.headers.authorization, body: JSON.parse(Buffer.concat(chunks).toString()) })
    response.writeHead(204).end()
  })
})
let url = ""

test.before(async () => {
  const [web, api] = [await freePort(), await freePort()]
  await new Promise<void>((listening) => receiver.listen(api, "127.0.0.1", listening))
  symlinkSync(resolve("prometheus/alertmanager.yaml"), join(home, "alertmanager.yaml"))
  const template = readFileSync("prometheus/addresses.tmpl", "utf8")
  writeFileSync(join(home, "addresses.tmpl"), template.replace("127.0.0.1:8000", `127.0.0.1:${api}`))
  mkdirSync(join(home, "run"))
  writeFileSync(join(home, "run", "alertmanager-token"), "a-token-of-a-test\n")
  url = `http://127.0.0.1:${web}`
  launcher.launch({
    program: partPath("alertmanager"),
    args: [
      "@prometheus/alertmanager.flags",
      `--config.file=${home}/alertmanager.yaml`,
      `--storage.path=${home}/data`,
      `--web.listen-address=127.0.0.1:${web}`,
    ],
    cwd: process.cwd(),
    environment: {},
    log: join(home, "log"),
  })
  await waitFor(
    () => getText(`${url}/-/ready`),
    () => true,
    20,
  )
})

test.after(() => {
  launcher.close()
  receiver.close()
  receiver.closeAllConnections()
  rmSync(home, { recursive: true, force: true })
})

const environment = "system-test"

/** What Prometheus would send. */
function fire(...each: readonly Labels[]): Promise<unknown> {
  const alerting = each.map((labels) => ({ labels: { environment, ...labels }, annotations: {} }))
  return sendJson("POST", `${url}/api/v2/alerts`, alerting)
}

function resolveAlert(labels: Labels): Promise<unknown> {
  const endsAt = new Date(Date.now() - 1).toISOString()
  return sendJson("POST", `${url}/api/v2/alerts`, [{ labels: { environment, ...labels }, endsAt }])
}

const notified = (name: string, status: string) =>
  waitFor(
    async () =>
      told.filter(({ body }) =>
        body.alerts.some((alert) => alert.labels["alertname"] === name && alert.status === status),
      ),
    (found) => found.length > 0,
    20,
  )

/** Names of the alerts that Alertmanager holds and tells nobody of. */
async function inhibited(): Promise<readonly string[]> {
  const active = await getJson<readonly Active[]>(`${url}/api/v2/alerts`)
  return active.filter(({ status }) => status.inhibitedBy.length > 0).map(({ labels }) => labels["alertname"] ?? "")
}

const inhibitedAre = (names: readonly string[]) =>
  waitFor(inhibited, (found) => JSON.stringify([...found].sort()) === JSON.stringify([...names].sort()), 10)

const files = ["alertmanager.yaml", ...["slack", "pagerduty", "email"].map((name) => `alertmanager/${name}.yaml`)]

test("Alertmanager accepts each complete file", () => {
  for (const file of files) {
    const { status, stderr } = spawnSync(partPath("amtool"), ["check-config", `prometheus/${file}`], {
      encoding: "utf8",
    })
    assert.is(status, 0, stderr)
  }
})

function receiversOf(file: string, labels: Labels): string {
  const given = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  const args = ["config", "routes", "test", `--config.file=prometheus/${file}`, ...given]
  return spawnSync(partPath("amtool"), args, { encoding: "utf8" }).stdout.trim()
}

test("by severity and component an alert goes to who is to know, and always to the history", () => {
  const expected: readonly (readonly [Labels, string])[] = [
    [{ alertname: "Watchdog", severity: "info", component: "alerting" }, "watchdog"],
    [{ alertname: "CollectorDown", severity: "critical", component: "collector" }, "critical"],
    [{ alertname: "DeploymentErrorBudgetBurn", severity: "critical", component: "deployments" }, "critical"],
    [{ alertname: "DeploymentStuck", severity: "warning", component: "deployments" }, "releases"],
    [{ alertname: "DeploymentApprovalBacklog", severity: "warning", component: "approvals" }, "releases"],
    [{ alertname: "LowPromotionGateSuccessRate", severity: "warning", component: "gates" }, "releases"],
    [{ alertname: "ExcessiveCABApprovals", severity: "info", component: "approvals" }, "info"],
    [{ alertname: "HighAPILatency", severity: "warning", component: "api" }, "platform"],
    [{ alertname: "SomethingNew", severity: "warning", component: "unheard-of" }, "platform"],
  ]
  for (const file of files)
    for (const [labels, name] of expected)
      assert.is(receiversOf(file, labels), `control-plane,${name}`, labels["alertname"])
})

test("every alert of the rules goes to the history and to one receiver of people", () => {
  for (const { alert, labels } of alerts)
    assert.match(receiversOf("alertmanager.yaml", { alertname: alert, ...labels }), /^control-plane,[a-z]+$/, alert)
})

test("the history is told within seconds that an alert fires and that it is over, with the token from the file", async () => {
  const stuck = { alertname: "DeploymentStuck", severity: "warning", component: "deployments", ring: "LAB" }
  await fire(stuck)
  const [first] = (await notified("DeploymentStuck", "firing")).found
  assert.is(first?.authorization, "Bearer a-token-of-a-test")
  assert.is(first?.body.receiver, "control-plane")
  assert.equal(first?.body.groupLabels, { alertname: "DeploymentStuck", environment })
  await resolveAlert(stuck)
  const { seconds } = await notified("DeploymentStuck", "resolved")
  assert.ok(seconds < 15, `${seconds} s`)
})

const breaker = { component: "connectors", connector_type: "jamf", service: "jamf" }

test("an open breaker silences the other alerts of its back end, and of no other", async () => {
  const open = { ...breaker, alertname: "CircuitBreakerOpen", severity: "critical" }
  await fire(open)
  await notified("CircuitBreakerOpen", "firing")
  const same = { component: "connectors", connector_type: "jamf", severity: "warning" }
  await fire(
    { ...same, alertname: "ConnectorUnhealthy", severity: "critical", reason: "unhealthy" },
    { ...same, alertname: "ConnectorOperationFailures" },
    { ...same, alertname: "HighConnectorLatency", connector_type: "sccm" },
    { alertname: "HighTaskFailureRate", component: "tasks", severity: "warning", task_name: "poll-ring" },
  )
  const found = (await inhibitedAre(["ConnectorUnhealthy", "ConnectorOperationFailures"])).found
  assert.equal([...found].sort(), ["ConnectorOperationFailures", "ConnectorUnhealthy"])
  await notified("HighConnectorLatency", "firing")
  assert.is(
    told.some(({ body }) => body.groupLabels["alertname"] === "ConnectorUnhealthy"),
    false,
  )
  await resolveAlert(open)
  assert.equal((await inhibitedAre([])).found, [])
  assert.ok((await notified("ConnectorUnhealthy", "firing")).met, "told once the breaker is closed")
})

test("without the Collector what depends on it is silent, and what does not is told", async () => {
  const down = { alertname: "CollectorDown", severity: "critical", component: "collector", job: "collector" }
  await fire(down, { alertname: "ScrapeFailing", severity: "warning", component: "monitoring", job: "jaeger" })
  const role = {
    alertname: "ControlPlaneAbsent",
    severity: "critical",
    component: "control-plane",
    service_role: "api",
  }
  await fire(role, { alertname: "EventChainBroken", severity: "critical", component: "events" })
  const { found } = await waitFor(inhibited, (names) => names.includes("EventChainBroken"), 10)
  for (const name of ["ControlPlaneAbsent", "EventChainBroken", "HighTaskFailureRate"])
    assert.ok(found.includes(name), name)
  for (const name of ["CollectorDown", "ScrapeFailing"]) assert.not(found.includes(name), name)
  assert.ok((await notified("ScrapeFailing", "firing")).met)
  await resolveAlert(down)
  assert.equal((await inhibitedAre([])).found, [])
})

test("only the exposition counts as the Collector, and another environment's does not", async () => {
  const self = { alertname: "CollectorDown", severity: "critical", component: "collector", job: "collector-self" }
  const other = { ...self, job: "collector", environment: "elsewhere" }
  await fire(self, other)
  assert.ok((await notified("CollectorDown", "firing")).met)
  assert.equal(await inhibited(), [])
})

test("without a worker, or while much fails, what follows from it is silent", async () => {
  await fire(
    { alertname: "ControlPlaneAbsent", severity: "critical", component: "control-plane", service_role: "worker" },
    { alertname: "HighDeploymentFailureRate", severity: "warning", component: "deployments" },
    { alertname: "APILatencyBudgetBurn", severity: "critical", component: "api", slo: "api-latency" },
  )
  await fire(
    { alertname: "TimeToComplianceExceeded", severity: "warning", component: "deployments", ring: "LAB" },
    { alertname: "LowDeploymentSuccessRate", severity: "warning", component: "deployments" },
    { alertname: "APILatencyBudgetBurn", severity: "warning", component: "api", slo: "api-latency" },
    {
      alertname: "DeploymentErrorBudgetBurn",
      severity: "warning",
      component: "deployments",
      slo: "deployment-success",
    },
  )
  const silent = ["TimeToComplianceExceeded", "LowDeploymentSuccessRate", "APILatencyBudgetBurn"]
  const { found } = await waitFor(inhibited, (names) => silent.every((name) => names.includes(name)), 10)
  for (const name of silent) assert.ok(found.includes(name), name)
  assert.not(found.includes("DeploymentErrorBudgetBurn"))
})

test.run()
