/** What an operation leaves in its trace, however many requests it takes. */
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { simulatorConfig } from "../simulator/config.ts"
import { type Rule, vendorFaultsSchema } from "../simulator/faults.ts"
import { startSimulator } from "../simulator/listen.ts"
import { connectorSpan } from "../telemetry/connector-operation.ts"
import { startTestTelemetry } from "../telemetry/testing.ts"
import { createConnectors } from "./create.ts"
import { developmentConnectors } from "./development.ts"
import { type ConnectorType, connectorTypes, type RolloutRequest } from "./types.ts"

const telemetry = startTestTelemetry({ role: "worker" })
const simulator = await startSimulator(simulatorConfig({ SIMULATOR_PORT: "0", SIMULATOR_INSTALL_SECONDS: "0" }))
const { connectors, close } = createConnectors(developmentConnectors(simulator.url))
const request: RolloutRequest = { reference: "eucora-1-lab-deploy", appName: "Test App", version: "1.0", ring: "LAB" }

/** HTTP requests that are made while the work is done, whoever makes them. */
async function attempts(work: () => Promise<unknown>): Promise<number> {
  let made = 0
  const count = () => {
    made += 1
  }
  subscribe("undici:request:create", count)
  await work().catch(() => {})
  unsubscribe("undici:request:create", count)
  return made
}

/** Deploys as one operation; answers its span, the requests below it, and how many there were. */
async function deploy(type: ConnectorType, rule?: Partial<Rule>) {
  simulator.faults.set(type, vendorFaultsSchema.parse({ rules: rule === undefined ? [] : [rule] }))
  const made = await attempts(() =>
    connectorSpan(type, "deploy", async () => connectors.get(type)?.deploy(request, AbortSignal.timeout(10_000))),
  )
  const operation = telemetry.spans().findLast(({ name }) => name === `${type} deploy`)
  const clients = telemetry.spans().filter((span) => span.kind === "client" && span.traceId === operation?.traceId)
  return { made, operation, clients }
}

for (const type of connectorTypes) {
  test(`${type}: each request is one CLIENT span below the one operation, and says who it went to`, async () => {
    const { made, operation, clients } = await deploy(type)
    assert.ok(made >= 3, `${made} requests`)
    assert.is(clients.length, made)
    for (const { parentSpanId, attributes } of clients)
      assert.equal([parentSpanId, attributes["peer.service"]], [operation?.spanId, type])
  })

  test(`${type}: a token that expired makes two more of them: what was refused, and the token`, async () => {
    const usual = await deploy(type)
    const { made, operation, clients } = await deploy(type, { kind: "expire_tokens", times: 1 })
    assert.is(made, usual.made + 2)
    assert.is(clients.length, made)
    assert.is(clients.filter(({ attributes }) => attributes["http.response.status_code"] === 401).length, 1)
    assert.is(clients.filter(({ attributes }) => attributes["peer.service"] === type).length, made)
    assert.is(operation?.status, "unset")
  })

  test(`${type}: a request that fails is an error below an operation that has failed`, async () => {
    const { made, operation, clients } = await deploy(type, { kind: "error", status: 500 })
    assert.equal([made, clients.length, clients[0]?.status, operation?.status], [1, 1, "error", "error"])
    assert.is(clients[0]?.attributes["peer.service"], type)
  })
}

test.after(async () => {
  await close()
  await simulator.close()
  await telemetry.shutdown(200)
})

test.run()
