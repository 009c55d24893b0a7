import { isAbsolute, join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { stackConfig } from "./config.ts"

test("an override comes before the environment, and an empty one counts as unset", () => {
  assert.is(stackConfig({ API_PORT: "21000" }).ports.API_PORT, 21_000)
  assert.is(stackConfig({ API_PORT: "" }).ports.API_PORT, 8_000)
})

test("DATA_DIR is a folder of the checkout unless it is absolute", () => {
  const { checkout, dataDir } = stackConfig({ DATA_DIR: "elsewhere" })
  assert.ok(isAbsolute(checkout))
  assert.is(dataDir, join(checkout, "elsewhere"))
  assert.is(stackConfig({ DATA_DIR: "/somewhere" }).dataDir, "/somewhere")
})

test("every variable that is wrong is named", () => {
  const wrong = { API_PORT: "99999", JAEGER_OTLP_PORT: "grpc", WORKER_PROCESSES: "0" }
  assert.throws(() => stackConfig(wrong), /API_PORT: [\s\S]*JAEGER_OTLP_PORT: [\s\S]*WORKER_PROCESSES: /)
})

test("who is told is a file of prometheus/ that is there, unless it is absolute", () => {
  const { checkout, alertmanagerFile } = stackConfig({ ALERTMANAGER_CONFIG: "alertmanager/slack.yaml" })
  assert.is(alertmanagerFile, join(checkout, "prometheus/alertmanager/slack.yaml"))
  assert.is(stackConfig({ ALERTMANAGER_CONFIG: alertmanagerFile }).alertmanagerFile, alertmanagerFile)
  assert.throws(() => stackConfig({ ALERTMANAGER_CONFIG: "alertmanager/pigeon.yaml" }), /ALERTMANAGER_CONFIG.*pigeon/)
})

test("a database of the user's needs the role that migrates it", () => {
  assert.throws(
    () => stackConfig({ DATABASE_URL: "postgres://app@db/x", DATABASE_OWNER_URL: "" }),
    "DATABASE_OWNER_URL",
  )
})

test.run()
