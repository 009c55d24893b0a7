/** The configurations of Collector, Jaeger and Prometheus, as far as they can be judged without their programs. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { parse } from "yaml"
import { access } from "../../src/api/access.ts"
import { stackConfig } from "../../src/stack/config.ts"
import { redact } from "../../src/telemetry/redact.ts"
import { webAccess } from "../../src/web/access.ts"

interface Pipeline {
  readonly receivers: readonly string[]
  readonly processors?: readonly string[]
  readonly exporters: readonly string[]
}

const kinds = ["receivers", "processors", "connectors", "exporters", "extensions"] as const

type Collector = Readonly<Record<(typeof kinds)[number], Readonly<Record<string, unknown>>>> & {
  readonly connectors: { readonly span_metrics: { readonly metrics_flush_interval: string } }
  readonly processors: { readonly redaction: { readonly blocked_key_patterns: readonly string[] } }
  readonly service: {
    readonly extensions: readonly string[]
    readonly pipelines: Readonly<Record<string, Pipeline>>
  }
}

const read = (file: string) => readFileSync(file, "utf8")

const collectorText = read("collector/collector.yaml")
const jaegerText = read("collector/jaeger/jaeger.yaml")
const collector = parse(collectorText) as Collector
/** The files that are merged with it, as the Collector does. */
const further = readdirSync("collector").filter(
  (name) => name.endsWith(".yaml") && !["collector.yaml", "otelcol-builder.yaml"].includes(name),
)
const variants = further.map((name) => {
  const own = parse(read(`collector/${name}`)) as Partial<Collector>
  return { name, own, all: merged(collector, own) as Collector }
})
const configurations = [{ name: "collector.yaml", own: collector, all: collector }, ...variants]

/** Maps key by key; everything else, lists too, as a whole. */
function merged(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above
  const both = Object.keys(above).filter((key) => key in below)
  return { ...below, ...above, ...Object.fromEntries(both.map((key) => [key, merged(below[key], above[key])])) }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

test("what comes from outside meets the memory limiter first", () => {
  for (const { name, all } of configurations) {
    const receiving = Object.entries(all.service.pipelines).filter(([, { receivers }]) => receivers.includes("otlp"))
    assert.equal(receiving.map(([pipeline]) => pipeline).sort(), ["logs", "metrics", "traces"], name)
    for (const [, { processors }] of receiving) assert.is(processors?.[0], "memory_limiter", name)
  }
})

test("secrets are masked in traces and logs before anything else sees them, and no further file changes that", () => {
  for (const { name, all } of configurations)
    for (const pipeline of ["traces", "logs"]) {
      assert.ok(all.service.pipelines[pipeline]?.processors?.includes("redaction"), `${name}: ${pipeline}`)
      assert.equal(all.service.pipelines[pipeline]?.processors, collector.service.pipelines[pipeline]?.processors)
    }
})

/** What the pipelines and the list of extensions name. */
function used({ service }: Collector): ReadonlySet<string> {
  const inPipelines = Object.values(service.pipelines).flatMap((each) => [
    ...each.receivers,
    ...(each.processors ?? []),
    ...each.exporters,
  ])
  return new Set([...inPipelines, ...service.extensions])
}

const declaredBy = (config: Partial<Collector>) => kinds.flatMap((kind) => Object.keys(config[kind] ?? {}))

test("every component of the Collector is used by who declares it, and declared where it is used", () => {
  for (const { name, own, all } of configurations) {
    const inUse = used(all)
    for (const component of declaredBy(own)) assert.ok(inUse.has(component), `${name}: ${component} is used`)
    const declared = declaredBy(all)
    for (const component of inUse) assert.ok(declared.includes(component), `${name}: ${component} is declared`)
  }
})

test("the build has what the files use, and nothing else", () => {
  const builder = read("collector/otelcol-builder.yaml")
  const modules = [...builder.matchAll(/gomod: \S+\/(\w+?)(?:receiver|processor|exporter|connector|extension)? v/g)]
  const built = modules.map(([, name = ""]) => name).filter((name) => !name.endsWith("provider"))
  const module = (component: string) => (component.split("/")[0] ?? "").replaceAll("_", "")
  const needed = configurations.flatMap(({ own }) => declaredBy(own)).map(module)
  assert.equal([...built].sort(), [...new Set(needed)].sort())
})

test("a further file names collector.yaml first where it says how it is run, and a file for export replaces nothing", () => {
  for (const { name, own } of variants) {
    assert.match(read(`collector/${name}`), `--config collector/collector.yaml --config collector/${name}`)
    if (!name.startsWith("export-")) continue
    const keys = kinds.flatMap((kind) => Object.keys(collector[kind]))
    for (const component of declaredBy(own)) assert.not(keys.includes(component), `${name}: ${component}`)
    for (const pipeline of Object.keys(own.service?.pipelines ?? {}))
      assert.not(pipeline in collector.service.pipelines, `${name}: ${pipeline}`)
  }
})

test("span metrics are flushed as often as they are scraped: an exemplar lives for one flush", () => {
  const { global } = parse(read("prometheus/prometheus.yaml")) as { global: { scrape_interval: string } }
  assert.is(collector.connectors.span_metrics.metrics_flush_interval, global.scrape_interval)
})

test("credentials come from the environment, and have no default", () => {
  const secrets = /^(?!\s*#).*(?:authorization|api[-_]?key|token|password): *(.*)$/gim
  const found = configurations.flatMap(({ name }) =>
    [...read(`collector/${name}`).matchAll(secrets)].map(([, value = ""]) => value),
  )
  assert.is(found.length, 2)
  for (const value of found) assert.match(value, /^(Basic )?\$\{env:[A-Z_]+\}$/)
})

test("the build is of one line of versions", () => {
  const versions = [...read("collector/otelcol-builder.yaml").matchAll(/gomod: (\S+) v(\S+)/g)]
  for (const [, name = "", version] of versions)
    assert.is(version, name.includes("/confmap/provider/") ? "1.64.0" : "0.158.0", name)
  assert.match(read("collector/jaeger/go.mod"), /github\.com\/jaegertracing\/jaeger v1\.76\.0( |$)/m)
  assert.match(read("prometheus/go.mod"), /github\.com\/prometheus\/prometheus v0\.315\.0( |$)/m)
})

test("no address or folder is fixed: each has a variable, and a default on this machine", () => {
  for (const text of [...configurations.map(({ name }) => read(`collector/${name}`)), jaegerText]) {
    const settings = text
      .replaceAll(/^\s*#.*$/gm, "")
      .match(/(?<=^\s*(?:endpoint|host|hostnames|port|directory|keys|values|config_file): ).+/gm)
    // Whose address is a customer's own has none.
    for (const setting of settings ?? [])
      assert.match(setting, /^\$\{env:(?:[A-Z_]+:-[^}]+|GRAFANA_CLOUD_OTLP_ENDPOINT)\}/)
    assert.not.match(text, /(?<!:-)(?:0\.0\.0\.0|localhost)/)
    if (text === collectorText || text === jaegerText) assert.ok((settings?.length ?? 0) > 5)
  }
})

test("Jaeger's links lead to where we and Grafana are on the default ports, to pages and a dashboard that exist", () => {
  const text = read("collector/jaeger/ui.json")
  const addresses = text.match(/http:\/\/[^/"]+/g) ?? []
  const { ports } = stackConfig({ API_PORT: "", GRAFANA_PORT: "" })
  assert.equal(
    new Set(addresses),
    new Set([ports.API_PORT, ports.GRAFANA_PORT].map((port) => `http://127.0.0.1:${port}`)),
  )
  for (const [, uid] of text.matchAll(/\/d\/([\w-]+)/g)) assert.ok(existsSync(`grafana/dashboards/${uid}.json`), uid)
  const served = [...Object.values(webAccess), ...Object.values(access)].map(({ path }) =>
    path.replace("{id}", "#{deployment.id}"),
  )
  for (const [, path = ""] of text.matchAll(/:8000(\/[^"]*)/g)) assert.ok(served.includes(path), path)
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

test.run()
