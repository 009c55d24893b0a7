import { readFileSync } from "node:fs"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { stackConfig } from "../config.ts"
import { targets } from "../prometheus-home.ts"
import { allServices, groups, select } from "./select.ts"
import type { Service } from "./service.ts"

/** Whatever the machine that runs the tests has set. */
const plain = { DATABASE_URL: "", DATABASE_OWNER_URL: "", API_PORT: "", API_PROCESSES: "", WORKER_PROCESSES: "" }
const services = allServices(stackConfig(plain))

function named(all: readonly Service[], name: string): Service {
  const found = all.find((service) => service.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

test("no two processes have the same name or port", () => {
  const many = allServices(stackConfig({ ...plain, API_PROCESSES: "3", WORKER_PROCESSES: "3" }))
  const names = many.map(({ name }) => name)
  const ports = many.flatMap((service) => service.ports.map(({ port }) => port))
  assert.is(new Set(names).size, names.length)
  assert.is(new Set(ports).size, ports.length)
})

test("what is needed or used exists, and everything can be stopped before what it needs or uses", () => {
  let left = [...services]
  while (left.length > 0) {
    const used = new Set(left.flatMap(({ needs, uses }) => [...needs, ...uses]))
    for (const group of used) assert.ok(groups(services).includes(group), `${group} exists`)
    const rest = left.filter(({ group }) => used.has(group))
    assert.ok(rest.length < left.length, `a circle: ${rest.map(({ name }) => name).join(", ")}`)
    left = rest
  }
})

test("--only takes names and groups, and what they need to start comes with them", () => {
  const names = (only: readonly string[]) => select(services, only).map(({ name }) => name)
  assert.equal(names(["worker"]), ["postgres", "migrate", "worker-1", "worker-2"])
  assert.equal(names(["worker-2", "jaeger"]), ["postgres", "migrate", "worker-2", "jaeger"])
  assert.throws(() => names(["prometeus"]), "there is no part prometeus; parts are postgres, migrate, ")
})

test("with a database of the user's no PostgreSQL is started, and all processes get that database", () => {
  const given = { DATABASE_URL: "postgres://app@db/eucora", DATABASE_OWNER_URL: "postgres://owner@db/eucora" }
  const all = allServices(stackConfig({ ...plain, ...given }))
  assert.not(all.some(({ name }) => name === "postgres"))
  assert.equal(named(all, "migrate").needs, [])
  assert.is(named(all, "worker-1").environment["DATABASE_URL"], given.DATABASE_URL)
})

test("several processes of a kind are numbered, each on a port of its own", () => {
  const all = allServices(stackConfig({ ...plain, API_PROCESSES: "2", API_PORT: "21000" }))
  assert.equal(named(all, "api-1").ports, [{ variable: "API_PORT", port: 21_000 }])
  assert.equal(named(all, "api-2").ports, [{ variable: "API_PORT", port: 21_010 }])
})

test("what the user set comes before our addresses", () => {
  const all = allServices(stackConfig({ ...plain, OTEL_EXPORTER_OTLP_ENDPOINT: "http://gateway:4317" }))
  assert.is(named(all, "api").environment["OTEL_EXPORTER_OTLP_ENDPOINT"], "http://gateway:4317")
})

test("on the default ports the targets made for Prometheus are those of its own targets.yaml", () => {
  const written = readFileSync("prometheus/targets.yaml", "utf8")
  const pairs = (text: string) =>
    [...text.matchAll(/targets: \["?([^"\]]+)"?\]\s+labels: \{ job: (\S+) \}/g)].map(
      ([, target, job]) => `${job} ${target}`,
    )
  assert.is(pairs(written).length, 5)
  assert.equal(pairs(targets(stackConfig(defaults()))), pairs(written))
})

/** Unset, however the environment of this run has them. */
function defaults(): Record<string, string> {
  return Object.fromEntries(services.flatMap(({ ports }) => ports.map(({ variable }) => [variable, ""])))
}

test.run()
