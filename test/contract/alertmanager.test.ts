/** Alertmanager: who is told what, and what is silent while something worse is known; its variants differ in receivers alone. */
import { readdirSync, readFileSync } from "node:fs"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { parse } from "yaml"
import { staleAfterMinutes } from "../../src/alerts/firing.ts"
import { access } from "../../src/api/access.ts"
import { addresses } from "../../src/stack/alertmanager-home.ts"
import { stackConfig } from "../../src/stack/config.ts"
import { fast } from "../system/lib/fast-rules.ts"
import { alertNames, alerts, components } from "./rules.ts"
import { answerLabels } from "./series.ts"

interface Route {
  readonly receiver: string
  readonly matchers?: readonly string[]
  readonly repeat_interval?: string
  readonly routes?: readonly Route[]
}

interface Inhibition {
  readonly source_matchers: readonly string[]
  readonly target_matchers: readonly string[]
  readonly equal: readonly string[]
}

type Receiver = Readonly<Record<string, unknown>> & { readonly name: string }

interface Configuration {
  readonly templates: readonly string[]
  readonly route: Route
  readonly receivers: readonly Receiver[]
  readonly inhibit_rules: readonly Inhibition[]
}

const read = (file: string) => readFileSync(file, "utf8")
const base = parse(read("prometheus/alertmanager.yaml")) as Configuration
const variantFiles = readdirSync("prometheus/alertmanager").filter((name) => name.endsWith(".yaml"))
const variants = variantFiles.map((name) => {
  const text = read(`prometheus/alertmanager/${name}`)
  return { name, text, all: parse(text) as Configuration }
})
const history = (receivers: readonly Receiver[]) => receivers.find(({ name }) => name === "control-plane")
const integrations = (receiver: Receiver) => Object.keys(receiver).filter((key) => key.endsWith("_configs"))

test("there is a complete file for Slack, PagerDuty and email, and they differ from the one in use in receivers alone", () => {
  assert.equal(variantFiles.sort(), ["email.yaml", "pagerduty.yaml", "slack.yaml"])
  for (const { name, all } of variants) {
    assert.equal(all.route, base.route, name)
    assert.equal(all.inhibit_rules, base.inhibit_rules, name)
    assert.equal(all.templates, base.templates, name)
    assert.equal(history(all.receivers), history(base.receivers), name)
    assert.equal(
      all.receivers.map((receiver) => receiver.name),
      base.receivers.map((receiver) => receiver.name),
    )
    assert.ok(all.receivers.flatMap(integrations).length > 1, name)
  }
})

test("nobody but our own history is told until somebody is configured", () => {
  const told = base.receivers.filter((receiver) => integrations(receiver).length > 0)
  assert.equal(
    told.map(({ name }) => name),
    ["control-plane"],
  )
})

test("credentials are in files, never in a configuration", () => {
  const secret =
    /^\s*(?!#)[- ]*\w*(?:api_url|routing_key|service_key|password|token|credentials|secret)(_file)?: (.+)$/gm
  for (const { name, text } of variants)
    for (const [line, file] of text.matchAll(secret))
      assert.ok(file || line.includes("credentials_file"), `${name}: ${line}`)
  assert.equal(read("prometheus/alertmanager/credentials/.gitignore"), "*\n!.gitignore\n")
})

test("every alert goes to the history first, and an alert that goes on is repeated before the history takes it for stale", () => {
  const [first] = base.route.routes ?? []
  assert.is(first?.receiver, "control-plane")
  assert.is(first?.matchers, undefined)
  const [, minutes] = /^(\d+)m$/.exec(first?.repeat_interval ?? "") ?? []
  assert.ok(Number(minutes) * 2 < staleAfterMinutes, `${minutes} minutes`)
})

test("the address of the history is the API's, as src/stack and the files for Alertmanager say it", () => {
  const here = read("prometheus/addresses.tmpl")
  assert.is(here, addresses(stackConfig({ API_PORT: "8000" })))
  assert.is(read("prometheus/addresses.compose.tmpl"), here.replace("127.0.0.1", "api"))
  assert.match(here, access.receiveAlerts.path)
})

test("what Alertmanager matches by and calls equal is on the alerts", () => {
  const labelsOf = alerts.flatMap(({ expr, labels }) => [...Object.keys(labels), ...answerLabels(expr)])
  const known = new Set([...labelsOf, "alertname", "environment", "job", "service_role"])
  const matchers = [
    ...(base.route.routes ?? []).flatMap(({ matchers: each = [] }) => each),
    ...base.inhibit_rules.flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers]),
  ]
  assert.ok(matchers.length > 10)
  for (const matcher of matchers) {
    const [, label = "", value = ""] = /^(\w+) !?=~? "?([^"]+)"?$/.exec(matcher) ?? []
    assert.ok(known.has(label), matcher)
    const values = label === "alertname" ? alertNames : label === "component" ? components : undefined
    for (const one of value.split("|"))
      assert.ok(values?.some((each) => new RegExp(`^${one}$`).test(each)) ?? true, one)
  }
  for (const label of base.inhibit_rules.flatMap(({ equal }) => equal)) assert.ok(known.has(label), label)
})

test("without the Collector everything is silent but what does not need it", () => {
  const rule = base.inhibit_rules.find(({ source_matchers }) => source_matchers.includes("alertname = CollectorDown"))
  const silenced = /"(.*)"/.exec(rule?.target_matchers[0] ?? "")?.[1]?.split("|") ?? []
  assert.equal(
    components.filter((component) => !silenced.includes(component)),
    ["alerting", "collector", "monitoring"],
  )
})

test("the fast copies for tests change pauses, and nothing else", () => {
  const rules =
    "groups:\n  - name: a\n    interval: 1m\n    rules:\n      - alert: A\n        expr: up == 0\n        for: 5m\n"
  assert.is(fast(rules), rules.replace("1m", "1s").replace("5m", "1s"))
  const changed = fast(read("prometheus/alertmanager.yaml"))
  assert.match(changed, "group_interval: 1s")
  assert.match(changed, "repeat_interval: 5m")
})

test.run()
