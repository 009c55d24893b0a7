/** The rules of Prometheus: each alert says what it is, is tested, and asks for what exists. */
import { readdirSync, readFileSync } from "node:fs"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { type Alert, alertNames, alerts, recordings, ruleTests } from "./rules.ts"
import { answerLabels, problems } from "./series.ts"

/** Where the pages of alerts are read. The one place that is not in the rules themselves, which can share nothing. */
const runbookFolder = "https://github.com/eucora/control-plane/blob/main/prometheus/runbooks"
const dashboardUids = readdirSync("grafana/dashboards").map((name) => name.replace(/\.json$/, ""))
const expected = ruleTests.flatMap(({ alert_rule_test = [] }) => alert_rule_test)
/** They speak of absence, or always. */
const firesWithoutData = ["CollectorDown", "Watchdog"]

const promised = [
  ...["CircuitBreakerOpen", "CircuitBreakerHalfOpen", "LowDeploymentSuccessRate", "DeploymentApprovalBacklog"],
  ...["HighDeploymentLatency", "HighRiskScoreDistribution", "ExcessiveCABApprovals", "HighTaskFailureRate"],
  ...["TaskExecutionTimeoutTrend", "HighAPILatency", "HighHTTPErrorRate", "ConnectorUnhealthy"],
  ...["HighConnectorLatency", "ConnectorOperationFailures", "SlowDatabaseQueries", "LowPromotionGateSuccessRate"],
  ...["HighDeploymentFailureRate", "SlowDeploymentExecution", "DeploymentErrorBudgetBurn", "APIAvailabilityBudgetBurn"],
  ...["APILatencyBudgetBurn", "DeploymentStuck", "TimeToComplianceExceeded", "DriftDetected", "TelemetryDropped"],
  ...["CollectorDown", "ControlPlaneAbsent", "ScrapeFailing", "CardinalityNearLimit", "EventChainBroken", "Watchdog"],
]

test("every promised alert is there, and no other", () => assert.equal(alertNames, [...promised].sort()))

test("every alert says how bad it is, of what, with its value, on which dashboard, and where to read on", () => {
  for (const { alert, labels, annotations } of alerts) {
    assert.match(labels["severity"] ?? "", /^(critical|warning|info)$/, alert)
    assert.match(labels["component"] ?? "", /^[a-z-]+$/, alert)
    assert.match(annotations["summary"] ?? "", /^\S.*\.$/, alert)
    assert.match(annotations["description"] ?? "", /\{\{ \$value/, alert)
    assert.ok(dashboardUids.includes((annotations["dashboard"] ?? "").replace(/^\/d\//, "")), `${alert}: dashboard`)
    assert.is(annotations["runbook_url"], `${runbookFolder}/${alert}.md`)
  }
})

test("rules of one name are told apart by their labels", () => {
  const identities = alerts.map(({ alert, labels }) => JSON.stringify([alert, labels]))
  assert.is(new Set(identities).size, identities.length)
})

test("every label that a text names is there to be named", () => {
  for (const { alert, expr, labels, annotations } of alerts) {
    const has = new Set([...answerLabels(expr), ...Object.keys(labels), ...absentLabels(expr)])
    for (const [, label = ""] of Object.values(annotations)
      .join(" ")
      .matchAll(/\$labels\.(\w+)/g))
      assert.ok(has.has(label), `${alert}: ${label}`)
  }
})

/** What absent() answers has the labels of its matchers. */
const absentLabels = (expr: string) => [...expr.matchAll(/absent\(\w+\{(\w+)=/g)].map(([, label]) => label ?? "")

test("every alert asks for series, labels and values that exist", () => {
  for (const { alert, expr } of alerts) assert.equal(problems(expr), [], alert)
})

test("every recording rule records what exists, under a name of level:metric:operations", () => {
  assert.ok(recordings.length > 30)
  for (const { record, expr } of recordings) {
    assert.match(record, /^[a-z_]+:[a-z_]+:[a-z0-9_]+$/)
    assert.equal(problems(expr), [], record)
  }
})

test("a query for a metric, a label or a value that nobody sends is found", () => {
  assert.equal(problems("sum(slo:events:increase4h)"), ["metric slo:events:increase4h"])
  assert.equal(problems('deployment_overdue{reason="late"}'), ["value late of reason of deployment_overdue"])
  assert.equal(problems('up{connector_type="jamf"}'), ["label connector_type of up"])
})

const testsOf = ({ alert, labels }: Alert) =>
  expected
    .filter(({ alertname }) => alertname === alert)
    .map(({ exp_alerts }) =>
      exp_alerts.filter(({ exp_labels }) =>
        Object.entries(labels).every(([name, value]) => exp_labels[name] === value),
      ),
    )

test("every rule has a test in which it fires with its labels, and, but for Watchdog, one in which it is silent", () => {
  for (const rule of alerts) {
    const identity = `${rule.alert} ${JSON.stringify(rule.labels)}`
    const each = testsOf(rule)
    assert.ok(
      each.some((fired) => fired.length > 0),
      `${identity} fires`,
    )
    if (rule.alert === "Watchdog") continue
    assert.ok(
      each.some((fired) => fired.length === 0),
      `${identity} is silent`,
    )
  }
})

test("every alert, but for those that speak of absence, has a test that it is silent where there is no data", () => {
  const withoutData = ruleTests.filter(({ input_series = [] }) => input_series.length === 0)
  const silent = withoutData.flatMap(({ alert_rule_test = [] }) =>
    alert_rule_test.filter(({ exp_alerts }) => exp_alerts.length === 0).map(({ alertname }) => alertname),
  )
  for (const name of alertNames) if (!firesWithoutData.includes(name)) assert.ok(silent.includes(name), name)
})

test("every test is of an alert that there is, and every kind of recording is tested", () => {
  for (const { alertname } of expected) assert.ok(alertNames.includes(alertname), alertname)
  const asked = ruleTests.flatMap(({ promql_expr_test = [] }) => promql_expr_test).map(({ expr }) => expr)
  const kinds = new Set(recordings.map(({ record }) => record.split(":")[1] ?? ""))
  for (const kind of kinds)
    assert.ok(asked.some((expr) => expr.includes(`:${kind}:`)) || usedByAlert(kind), `${kind} is tested`)
})

const usedByAlert = (kind: string) => alerts.some(({ expr }) => expr.includes(`:${kind}:`))

test("the page of all alerts names each, with its severities and its component", () => {
  const rows = readFileSync("docs/alerts.md", "utf8").match(/^\| \[\w+\]\(.+$/gm) ?? []
  for (const { alert, labels } of alerts) {
    const row = rows.find((line) => line.startsWith(`| [${alert}](../prometheus/runbooks/${alert}.md) |`))
    for (const said of [labels["severity"] ?? "", labels["component"] ?? ""]) assert.match(row ?? "", said, alert)
  }
  assert.is(rows.length, alertNames.length)
})

test.run()
