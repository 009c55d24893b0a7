import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { addresses, alertmanagerHome } from "./alertmanager-home.ts"
import { stackConfig } from "./config.ts"
import { alertmanagerTokenFile } from "./services/service.ts"
import { scratchFolder } from "./testing.ts"

const folder = scratchFolder()
const config = stackConfig({ DATA_DIR: folder.path, API_PORT: "21000" })
const read = (home: string, name: string) => readFileSync(join(home, name), "utf8")

test("Alertmanager finds the one configuration, the address of this stack's API, and its token as soon as there is one", () => {
  const home = alertmanagerHome(config)
  assert.is(read(home, "alertmanager.yaml"), readFileSync("prometheus/alertmanager.yaml", "utf8"))
  assert.match(read(home, "addresses.tmpl"), "}}http://127.0.0.1:21000/api/v1/alerts/webhook{{")
  assert.throws(() => read(home, "run/alertmanager-token"), /ENOENT/)
  writeFileSync(alertmanagerTokenFile(config), "eucora_token\n")
  assert.is(read(home, "run/alertmanager-token"), "eucora_token\n")
})

test("of another file of receivers there is nothing but the one link", () => {
  const chosen = stackConfig({ DATA_DIR: folder.path, ALERTMANAGER_CONFIG: "alertmanager/pagerduty.yaml" })
  const file = readFileSync("prometheus/alertmanager/pagerduty.yaml", "utf8")
  assert.is(read(alertmanagerHome(chosen), "alertmanager.yaml"), file)
})

test("a further start makes the folder anew and keeps the token", () => {
  const home = alertmanagerHome(config)
  assert.is(alertmanagerHome(config), home)
  assert.is(read(home, "run/alertmanager-token"), "eucora_token\n")
})

test("on its default port the API's address is that of prometheus/addresses.tmpl", () => {
  assert.is(addresses(stackConfig({ API_PORT: "8000" })), readFileSync("prometheus/addresses.tmpl", "utf8"))
})

test.after(() => folder.remove())

test.run()
