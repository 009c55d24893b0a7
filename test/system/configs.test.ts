/** The configurations, judged by the programs that read them: `npm run parts` builds what is not on PATH. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { type ProgramName, partPath } from "../../src/stack/parts.ts"

const scratch = mkdtempSync(join(tmpdir(), "eucora-configs-"))
test.after(() => rmSync(scratch, { recursive: true }))

const environment = {
  ...process.env,
  CLUSTER: "local",
  ENVIRONMENT: "test",
  COLLECTOR_QUEUE_DIRECTORY: scratch,
  // What has no default: the vendors' addresses and credentials.
  GRAFANA_CLOUD_OTLP_ENDPOINT: "https://otlp-gateway.example/otlp",
  GRAFANA_CLOUD_BASIC: "bm9ib2R5Om5vdGhpbmc=",
  DD_API_KEY: "nobody",
}

/** Runs a program on a configuration; answers what it said when it refused it. */
function refusal(program: ProgramName, ...args: readonly string[]): string | undefined {
  const run = spawnSync(partPath(program), args, { encoding: "utf8", env: environment, timeout: 60_000 })
  return run.status === 0 ? undefined : `${program} ${args.join(" ")}\n${run.stdout}${run.stderr}${run.error ?? ""}`
}

/** The file with one thing changed, to see that the program would have noticed. */
function broken(file: string, from: string, to: string): string {
  const text = readFileSync(file, "utf8")
  assert.ok(text.includes(from), `${file} has ${from}`)
  const copy = join(scratch, file.replaceAll("/", "-"))
  writeFileSync(copy, text.replace(from, to))
  return copy
}

const inFolder = (folder: string) => readdirSync(folder).map((name) => join(folder, name))

test("the Collector accepts its configuration, and would refuse one with a mistake", () => {
  const file = "collector/collector.yaml"
  assert.is(refusal("otelcol", "validate", "--config", file), undefined)
  assert.match(refusal("otelcol", "validate", "--config", broken(file, "metric_expiration", "expiry")) ?? "", "expiry")
  const pipeline = broken(file, "exporters: [debug]", "exporters: [print]")
  assert.match(refusal("otelcol", "validate", "--config", pipeline) ?? "", "print")
})

const exports = readdirSync("collector").filter((name) => name.startsWith("export-"))
/**
 * Everything that the files' heads say goes together. An export adds keys only: alone, and all at once with the others,
 * stands for every choice of them. An edge leaves the choice of traces to its gateways.
 */
const combinations = [
  ...exports.map((name) => [name]),
  ...[[], ["gateway.yaml"]].flatMap((place) =>
    [[], ["tail-sampling.yaml"]].flatMap((sampling) => [
      [...place, ...sampling],
      [...place, ...sampling, ...exports],
    ]),
  ),
  ["edge.yaml"],
  ["edge.yaml", "export-loki.yaml"],
]

const merging = (names: readonly string[]) =>
  ["collector.yaml", ...names].flatMap((name) => ["--config", `collector/${name}`])

test("the Collector accepts every further file, and every combination of them that makes sense", () => {
  const tried = new Set(combinations.flat())
  const there = readdirSync("collector").filter((name) => /(?<!^otelcol-builder|^collector)\.yaml$/.test(name))
  assert.equal([...tried].sort(), there.sort())
  for (const names of combinations) assert.is(refusal("otelcol", "validate", ...merging(names)), undefined)
})

test("the Collector would refuse a further file that names what is not there", () => {
  const misled = broken("collector/export-loki.yaml", "receivers: [forward]", "receivers: [forwards]")
  assert.match(refusal("otelcol", "validate", ...merging([]), "--config", misled) ?? "", "forwards")
  const unsampled = broken("collector/tail-sampling.yaml", "decision_wait", "decision_delay")
  assert.match(refusal("otelcol", "validate", ...merging([]), "--config", unsampled) ?? "", "decision_delay")
})

test("Jaeger accepts its configuration, and would refuse one with a mistake", () => {
  const file = "collector/jaeger/jaeger.yaml"
  assert.is(refusal("jaeger", "validate", "--config", file), undefined)
  assert.match(refusal("jaeger", "validate", "--config", broken(file, "ephemeral", "passing")) ?? "", "passing")
})

test("Prometheus accepts its configuration and its targets, those of containers too", () => {
  assert.is(refusal("promtool", "check", "config", "prometheus/prometheus.yaml"), undefined)
  const containers = broken("prometheus/prometheus.yaml", "", "")
  writeFileSync(join(scratch, "targets.yaml"), readFileSync("prometheus/targets.compose.yaml"))
  assert.is(refusal("promtool", "check", "config", containers), undefined)
  writeFileSync(join(scratch, "targets.yaml"), "- target: [nobody]\n")
  assert.match(refusal("promtool", "check", "config", containers) ?? "", "target")
})

test("every rule is one, and every test of the rules passes", () => {
  assert.is(refusal("promtool", "check", "rules", ...inFolder("prometheus/rules")), undefined)
  assert.is(refusal("promtool", "test", "rules", ...inFolder("prometheus/tests")), undefined)
})

test("Prometheus and Alertmanager understand the flags that are kept in files, and fail at the missing configuration", () => {
  const data = join(scratch, "data")
  const prometheus = (flags: string) =>
    refusal("prometheus", `@${flags}`, `--storage.tsdb.path=${data}`, `--config.file=${scratch}/none.yaml`)
  assert.match(prometheus("prometheus/flags") ?? "", /none\.yaml: no such file/)
  const mistaken = broken("prometheus/flags", "tsdb.retention.time", "tsdb.retained.time")
  assert.match(prometheus(mistaken) ?? "", /unknown long flag.*retained/)
  const flags = ["@prometheus/alertmanager.flags", `--storage.path=${data}`, `--config.file=${scratch}/none.yaml`]
  assert.match(refusal("alertmanager", ...flags) ?? "", /none\.yaml: no such file/)
})

test("Alertmanager accepts its configuration, and would refuse one with a mistake", () => {
  const file = "prometheus/alertmanager.yaml"
  assert.is(refusal("amtool", "check-config", file), undefined)
  assert.match(
    refusal("amtool", "check-config", broken(file, "receiver: platform", "receiver: nobody")) ?? "",
    "nobody",
  )
})

interface Merged {
  readonly environment?: Readonly<Record<string, string>> | readonly string[]
  readonly profiles?: readonly string[]
}

/** What both files make together, with the variables as they are written. */
function production(): { readonly text: string; readonly services: Readonly<Record<string, Merged>> } {
  const args = ["-no-interpolation", "-format=json", "compose.yaml", "compose.production.yaml"]
  const { stdout, stderr } = spawnSync(partPath("compose-check"), args, { encoding: "utf8" })
  assert.is(stderr, "")
  return { text: stdout, services: (JSON.parse(stdout) as { services: Record<string, Merged> }).services }
}

/** As pairs: where two files had some, they are a list. */
function environmentOf(service: Merged | undefined): readonly string[] {
  const given = service?.environment ?? []
  return Array.isArray(given) ? given : Object.entries(given).map(([name, value]) => `${name}=${value}`)
}

test("in production Grafana asks who it is, no vendor is played, and nothing has a password of development", () => {
  const { text, services } = production()
  const grafana = environmentOf(services["grafana"])
  for (const name of ["AUTH_ANONYMOUS_ENABLED", "AUTH_DISABLE_LOGIN_FORM", "SECURITY_DISABLE_INITIAL_ADMIN_CREATION"])
    assert.equal(
      grafana.filter((pair) => pair.startsWith(`GF_${name}=`)),
      [`GF_${name}=false`],
    )
  assert.ok(grafana.some((pair) => pair.startsWith("GF_SECURITY_ADMIN_PASSWORD=${GRAFANA_ADMIN_PASSWORD:?")))
  for (const name of ["api", "worker", "migrate", "prometheus"])
    assert.ok(environmentOf(services[name]).includes("ENVIRONMENT=production"), name)
  assert.equal(services["simulator"]?.profiles, ["simulator"])
  assert.not.match(text, "development")
})

test("in production nothing starts while a secret is not set, and each that is missing is named", () => {
  const refused = refusal("compose-check", "compose.yaml", "compose.production.yaml") ?? ""
  const passwords = ["POSTGRES", "POSTGRES_OWNER", "POSTGRES_APP", "GRAFANA_ADMIN"].map((name) => `${name}_PASSWORD`)
  for (const name of [...passwords, "EVENT_SEAL_KEY"])
    assert.match(refused, `required variable ${name} is missing a value`)
})

test("the reference parser accepts compose.yaml", () => {
  assert.is(refusal("compose-check", "compose.yaml"), undefined)
  const file = broken("compose.yaml", "condition: service_healthy", "condition: service_happy")
  assert.match(refusal("compose-check", file) ?? "", "depends_on")
})

test.run()
