import { readFileSync } from "node:fs"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { parse } from "yaml"
import { stackConfig } from "../config.ts"
import { telemetryServices } from "./telemetry.ts"

/** What Grafana is told about who may enter. */
function access(environment: Readonly<Record<string, string>>) {
  const grafana = telemetryServices(stackConfig(environment)).find(({ name }) => name === "grafana")
  return Object.fromEntries(Object.entries(grafana?.environment ?? {}).filter(([name]) => /^GF_(AUTH|SEC)/.test(name)))
}

test("in development Grafana asks nobody, as in compose.yaml", () => {
  const { services } = parse(readFileSync("compose.yaml", "utf8"), { merge: true }) as {
    services: { grafana: { environment: Readonly<Record<string, string>> } }
  }
  const inCompose = Object.entries(services.grafana.environment).filter(([name]) => /^GF_(AUTH|SEC)/.test(name))
  assert.equal(access({ ENVIRONMENT: "development" }), Object.fromEntries(inCompose))
})

test("elsewhere the administrator has the password that was set, and without one there is none", () => {
  const production = { ENVIRONMENT: "production" }
  assert.equal(access({ ...production, GRAFANA_ADMIN_PASSWORD: "x" }), { GF_SECURITY_ADMIN_PASSWORD: "x" })
  assert.equal(access(production), { GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: "true" })
})

test.run()
