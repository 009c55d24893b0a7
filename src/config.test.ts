import { readFileSync } from "node:fs"
import { inspect } from "node:util"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connectorsConfig, loadConfig } from "./config.ts"
import { Secret } from "./lib/secret.ts"

const DATABASE_URL = "postgres://eucora_app:hunter2@db.example:5432/eucora"

/** What the refusal of an environment says. */
function refusal(environment: Readonly<Record<string, string>>): string {
  try {
    loadConfig(environment)
  } catch (error) {
    return String(error)
  }
  throw new Error("the environment was accepted")
}

/** What the contract of the environment says; other variables may have defaults too. */
const defaults = {
  ENVIRONMENT: "development",
  DATABASE_POOL: 10,
  API_HOST: "127.0.0.1",
  API_PORT: 8000,
  WORKER_HOST: "127.0.0.1",
  WORKER_PORT: 8001,
  PUBLIC_URL: "http://127.0.0.1:8000",
  SIMULATOR_URL: "http://127.0.0.1:8090",
  APP_LABEL_LIMIT: 100,
  DEV_TOKEN_FILE: ".data/run/admin-token",
  BREAKER_FAILURE_THRESHOLD: 5,
  BREAKER_OPEN_SECONDS: 60,
  BREAKER_LEASE_SECONDS: 35,
  BREAKER_RECOVERY_SECONDS: 1,
  PROBE_INTERVAL_SECONDS: 30,
  METRICS_PUBLIC: true,
  TRUST_INCOMING_CONTEXT: false,
  COLLECTOR_METRICS_URL: "http://127.0.0.1:8889/metrics",
  COLLECTOR_HEALTH_URL: "http://127.0.0.1:13133/",
  JAEGER_URL: "http://127.0.0.1:16686",
  GRAFANA_URL: "http://127.0.0.1:3000",
  OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4317",
  OTEL_METRIC_EXPORT_INTERVAL: 5_000,
  DURABLE_EXPORT_INTERVAL: 1_000,
  OTEL_SDK_DISABLED: false,
  OTEL_TRACES_SAMPLER: "parentbased_always_on",
  OTEL_TRACES_SAMPLER_ARG: 1,
  OTEL_RESOURCE_ATTRIBUTES: "",
  LOG_LEVEL: "info",
}

test("with a database alone everything else has its default of development", () => {
  const config = loadConfig({ DATABASE_URL })
  assert.is(config.DATABASE_URL.reveal(), DATABASE_URL)
  assert.equal({ ...config, ...defaults }, config)
})

test("an empty or blank variable counts as unset, and unknown ones are nobody's business", () => {
  const config = loadConfig({
    DATABASE_URL,
    API_PORT: "",
    DATABASE_POOL: " ",
    DATABASE_OWNER_URL: "",
    HOME: "/home/me",
  })
  assert.equal(config, loadConfig({ DATABASE_URL }))
})

for (const ENVIRONMENT of ["production", "development", "test"])
  test(`without a database ${ENVIRONMENT} does not start and says what to do`, () => {
    for (const empty of [{ ENVIRONMENT }, { ENVIRONMENT, DATABASE_URL: "" }]) {
      const message = refusal(empty)
      assert.match(message, "DATABASE_URL: is not set")
      assert.match(message, "production needs a PostgreSQL database")
      assert.match(message, "`npm run up` starts one")
    }
  })

const wrong: Readonly<Record<string, readonly string[]>> = {
  ENVIRONMENT: ["staging", "Production"],
  DATABASE_URL: ["db.example:5432", "mysql://me:hunter2@db.example/eucora"],
  DATABASE_OWNER_URL: ["hunter2", "http://me:hunter2@db.example"],
  DATABASE_POOL: ["0", "101", "many"],
  API_PORT: ["-1", "65536", "80.5", "http"],
  WORKER_PORT: ["70000"],
  PUBLIC_URL: ["127.0.0.1:8000", "ftp://files.example"],
  SIMULATOR_URL: ["localhost:8090"],
  APP_LABEL_LIMIT: ["0", "10001"],
  RING_PROFILE: ["fast"],
  PROBE_INTERVAL_SECONDS: ["0", "0.5", "30s"],
  RECONCILE_INTERVAL_SECONDS: ["0", "1.5", "86401"],
  METRICS_PUBLIC: ["perhaps"],
  TRUST_INCOMING_CONTEXT: ["2"],
  COLLECTOR_METRICS_URL: ["collector"],
  COLLECTOR_HEALTH_URL: ["collector:13133"],
  JAEGER_URL: ["jaeger"],
  GRAFANA_URL: ["grafana"],
  OTEL_EXPORTER_OTLP_ENDPOINT: ["localhost:4317"],
  OTEL_METRIC_EXPORT_INTERVAL: ["0", "5s"],
  DURABLE_EXPORT_INTERVAL: ["-1"],
  OTEL_SDK_DISABLED: ["nope"],
  OTEL_TRACES_SAMPLER: ["sometimes"],
  OTEL_TRACES_SAMPLER_ARG: ["1.5"],
  LOG_LEVEL: ["loud"],
}

for (const [name, values] of Object.entries(wrong))
  test(`${name} is refused by name when it is ${values.join(" or ")}`, () => {
    for (const value of values) {
      const lines = refusal({ DATABASE_URL, [name]: value })
        .split("\n")
        .slice(1)
      assert.is(lines.length, 1)
      assert.match(lines[0] ?? "", `  ${name}: `)
    }
  })

test("every wrong variable is named at once, and no message holds a secret", () => {
  const environment = Object.fromEntries(Object.entries(wrong).map(([name, values]) => [name, values.at(-1) ?? ""]))
  const message = refusal(environment)
  for (const name of Object.keys(wrong)) assert.match(message, `\n  ${name}: `)
  assert.not.match(message, "hunter2")
})

test("the addresses of databases are secrets: a printed configuration does not hold them", () => {
  const config = loadConfig({ DATABASE_URL, DATABASE_OWNER_URL: DATABASE_URL.replace("app", "owner") })
  for (const printed of [inspect(config, { depth: 9 }), JSON.stringify(config), `${config.DATABASE_URL}`])
    assert.not.match(printed, "hunter2")
  assert.instance(config.DATABASE_OWNER_URL, Secret)
})

test("the configuration cannot be changed", () => {
  const config = loadConfig({ DATABASE_URL })
  assert.throws(() => Object.assign(config, { API_PORT: 1 }), /read only/)
})

test("flags are read as people write them", () => {
  for (const value of ["true", "1", "yes", "on", "TRUE"])
    assert.is(loadConfig({ DATABASE_URL, OTEL_SDK_DISABLED: value }).OTEL_SDK_DISABLED, true)
  for (const value of ["false", "0", "no", "off"])
    assert.is(loadConfig({ DATABASE_URL, METRICS_PUBLIC: value }).METRICS_PUBLIC, false)
})

test("lists are separated by commas; what does not belong on one is named", () => {
  const { TRUSTED_PROXIES, CORS_ORIGINS } = loadConfig({
    DATABASE_URL,
    TRUSTED_PROXIES: "10.0.0.0/8, 2001:db8::1",
    CORS_ORIGINS: "https://a.example.com,http://127.0.0.1:5173",
  })
  assert.equal(TRUSTED_PROXIES, ["10.0.0.0/8", "2001:db8::1"])
  assert.equal(CORS_ORIGINS, ["https://a.example.com", "http://127.0.0.1:5173"])
  for (const wrong of ["proxy.example.com", "10.0.0.0/33", "10.0.0.1,,"])
    assert.match(refusal({ DATABASE_URL, TRUSTED_PROXIES: wrong }), "TRUSTED_PROXIES")
  for (const wrong of ["*", "https://a.example.com/", "a.example.com", "ftp://a.example.com", "null"])
    assert.match(refusal({ DATABASE_URL, CORS_ORIGINS: wrong }), "CORS_ORIGINS")
})

test("addresses that paths are put behind lose the slash at their end", () => {
  const config = loadConfig({
    DATABASE_URL,
    PUBLIC_URL: "https://eucora.example/",
    GRAFANA_URL: "http://g.example/x//",
  })
  assert.is(config.PUBLIC_URL, "https://eucora.example")
  assert.is(config.GRAFANA_URL, "http://g.example/x")
})

test("production has a key of its own that seals events, of 32 bytes at least, and never prints it", () => {
  const production = { DATABASE_URL, ENVIRONMENT: "production" }
  assert.match(refusal(production), "EVENT_SEAL_KEY: is not set")
  assert.match(
    refusal({ ...production, EVENT_SEAL_KEY: publicKey() }),
    "EVENT_SEAL_KEY: is not set, or the development",
  )
  assert.match(
    refusal({ ...production, EVENT_SEAL_KEY: "k".repeat(31) }),
    "EVENT_SEAL_KEY: must have at least 32 bytes",
  )
  const config = loadConfig({ ...production, EVENT_SEAL_KEY: "k".repeat(32) })
  assert.not.match(JSON.stringify(config), "kkk")
})

test("development has all five back ends in the simulator, production has none unless a file names them", () => {
  const names = (environment: Readonly<Record<string, string>>) =>
    Object.keys(connectorsConfig(loadConfig({ DATABASE_URL, ...environment }), {})).sort()
  assert.equal(names({}), ["ansible", "intune", "jamf", "landscape", "sccm"])
  assert.equal(names({ ENVIRONMENT: "production", EVENT_SEAL_KEY: "k".repeat(32) }), [])
  assert.throws(() => names({ CONNECTORS_FILE: "/nowhere/connectors.json" }), /connectors\.json/)
})

/** What compose.yaml falls back to. */
function publicKey(): string {
  const found = /EVENT_SEAL_KEY:-([^}]+)\}/.exec(readFileSync("compose.yaml", "utf8"))?.[1]
  if (found === undefined) throw new Error("compose.yaml has no key for development")
  return found
}

test.run()
