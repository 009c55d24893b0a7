/** The configurations of Collector, Jaeger, Prometheus and Alertmanager, as far as they can be judged without their programs. */
import { readdirSync, readFileSync } from "node:fs"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { parse } from "yaml"
import { redact } from "../../src/telemetry/redact.ts"
import { selectors } from "./promql.ts"
import { unknown } from "./series.ts"

interface Pipeline {
  readonly receivers: readonly string[]
  readonly processors: readonly string[]
  readonly exporters: readonly string[]
}

const kinds = ["receivers", "processors", "connectors", "exporters", "extensions"] as const

type Collector = Readonly<Record<(typeof kinds)[number], Readonly<Record<string, unknown>>>> & {
  readonly processors: { readonly redaction: { readonly blocked_key_patterns: readonly string[] } }
  readonly service: {
    readonly extensions: readonly string[]
    readonly pipelines: Readonly<Record<string, Pipeline>>
  }
}

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

interface RuleTest {
  readonly name: string
  readonly alert_rule_test?: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[]
}

const read = (file: string) => readFileSync(file, "utf8")
const yamlFiles = (folder: string) => readdirSync(folder).map((name) => parse(read(`${folder}/${name}`)))

const collectorText = read("collector/collector.yaml")
const jaegerText = read("collector/jaeger/jaeger.yaml")
const collector = parse(collectorText) as Collector
const pipelines = Object.entries(collector.service.pipelines)

const alerts = yamlFiles("prometheus/rules")
  .flatMap(({ groups }) => groups as readonly { readonly rules: readonly Alert[] }[])
  .flatMap(({ rules }) => rules)
const ruleTests = yamlFiles("prometheus/tests").flatMap(({ tests }) => tests as readonly RuleTest[])
/** Where the pages of alerts are read. The one place that is not in the rules themselves, which can share nothing. */
const runbooks = "https://github.com/eucora/control-plane/blob/main/prometheus/runbooks"

test("what comes from outside meets the memory limiter first", () => {
  const receiving = pipelines.filter(([, { receivers }]) => receivers.includes("otlp"))
  assert.equal(receiving.map(([name]) => name).sort(), ["logs", "metrics", "traces"])
  for (const [name, { processors }] of receiving) assert.is(processors[0], "memory_limiter", name)
})

test("secrets are masked in traces and logs before anything else sees them", () => {
  for (const [name, { processors }] of pipelines.filter(([name]) => name === "traces" || name === "logs"))
    assert.ok(processors.includes("redaction"), name)
})

test("every component of the Collector is used, and is in the build", () => {
  const inPipelines = pipelines.flatMap(([, each]) => [...each.receivers, ...each.processors, ...each.exporters])
  const used = new Set([...inPipelines, ...collector.service.extensions])
  const declared = kinds.flatMap((kind) => Object.keys(collector[kind]))
  assert.equal([...used].sort(), [...declared].sort())
  const builder = read("collector/otelcol-builder.yaml")
  const modules = [...builder.matchAll(/gomod: \S+\/(\w+?)(?:receiver|processor|exporter|connector|extension)? v/g)]
  const built = modules.map(([, name = ""]) => name)
  const module = (component: string) => (component.split("/")[0] ?? "").replaceAll("_", "").replace("otlpgrpc", "otlp")
  for (const component of declared) assert.ok(built.includes(module(component)), component)
})

test("the build is of one line of versions", () => {
  const versions = [...read("collector/otelcol-builder.yaml").matchAll(/gomod: (\S+) v(\S+)/g)]
  for (const [, name = "", version] of versions)
    assert.is(version, name.includes("/confmap/provider/") ? "1.64.0" : "0.158.0", name)
  assert.match(read("collector/jaeger/go.mod"), /github\.com\/jaegertracing\/jaeger v1\.76\.0( |$)/m)
  assert.match(read("prometheus/go.mod"), /github\.com\/prometheus\/prometheus v0\.315\.0( |$)/m)
})

test("no address or folder is fixed: each has a variable, and a default on this machine", () => {
  for (const text of [collectorText, jaegerText]) {
    const settings = text
      .replaceAll(/^\s*#.*$/gm, "")
      .match(/(?<=^\s*(?:endpoint|host|port|directory|keys|values): ).+/gm)
    assert.ok((settings?.length ?? 0) > 5)
    for (const setting of settings ?? []) assert.match(setting, /^\$\{env:[A-Z_]+:-[^}]+\}/)
    assert.not.match(text, /(?<!:-)(?:0\.0\.0\.0|localhost)/)
  }
})

test("the Collector and our own code mask the promised names", () => {
  const [pattern = ""] = collector.processors.redaction.blocked_key_patterns
  const words = pattern.replace(/^\(\?i\)\((.*)\)$/, "$1")
  const names = words.split("|").map((word) => word.replace(/\[.*?\]\?/, "_"))
  const promised = ["password", "token", "secret", "api_key", "authorization", "private_key", "credential", "bearer"]
  for (const name of new Set([...promised, ...names])) {
    assert.match(name, new RegExp(words), name)
    assert.equal(redact({ [name]: "hidden" }), { [name]: "[redacted]" })
  }
})

test("no external label has the name of a label of ours", () => {
  const { global } = parse(read("prometheus/prometheus.yaml")) as { global: { external_labels: object } }
  assert.equal(Object.keys(global.external_labels), ["cluster", "environment"])
})

test("every alert says how bad it is, of what, with its value, and where to read on", () => {
  for (const { alert, labels, annotations } of alerts) {
    assert.match(labels["severity"] ?? "", /^(critical|warning|info)$/, alert)
    assert.ok(labels["component"], alert)
    assert.ok(annotations["summary"], alert)
    assert.match(annotations["description"] ?? "", /\{\{ \$value/, alert)
    assert.is(annotations["runbook_url"], `${runbooks}/${alert}.md`)
  }
})

test("every alert has a page, and every page an alert", () => {
  const pages = readdirSync("prometheus/runbooks")
  assert.equal(pages.sort(), alerts.map(({ alert }) => `${alert}.md`).sort())
  for (const page of pages) assert.match(read(`prometheus/runbooks/${page}`), `# ${page.replace(".md", "")}\n`)
})

test("every alert asks for series and labels that exist", () => {
  for (const { alert, expr } of alerts) assert.equal(selectors(expr).flatMap(unknown), [], alert)
})

test("every alert has a test that it fires, and, but for the one that always does, one that it stays silent", () => {
  const expected = ruleTests.flatMap(({ alert_rule_test = [] }) => alert_rule_test)
  for (const { alert } of alerts) {
    const own = expected.filter(({ alertname }) => alertname === alert)
    assert.ok(
      own.some(({ exp_alerts }) => exp_alerts.length > 0),
      `${alert} fires`,
    )
    if (alert !== "Watchdog")
      assert.ok(
        own.some(({ exp_alerts }) => exp_alerts.length === 0),
        `${alert} is silent`,
      )
  }
})

test.run()
