import { inspect } from "node:util"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { Secret } from "../lib/secret.ts"
import { rings } from "../rings/rings.ts"
import { simulatorConfig } from "../simulator/config.ts"
import { type Rule, vendorFaultsSchema } from "../simulator/faults.ts"
import type { EffectKind } from "../simulator/ledger.ts"
import { type RunningSimulator, startSimulator } from "../simulator/listen.ts"
import type { ConnectorsConfig } from "./config.ts"
import { createConnectors } from "./create.ts"
import { developmentConnectors } from "./development.ts"
import { type Connector, ConnectorError, type ConnectorType, connectorTypes, type RolloutRequest } from "./types.ts"

interface Running {
  readonly simulator: RunningSimulator
  readonly connector: Connector
  readonly signal: AbortSignal
}

/** Starts the simulator and one connector on it; both end with the work. */
async function running(
  type: ConnectorType,
  work: (running: Running) => Promise<void>,
  change: (config: ConnectorsConfig) => ConnectorsConfig = (config) => config,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const settings = { SIMULATOR_PORT: "0", SIMULATOR_INSTALL_SECONDS: "0.05", ...environment }
  const simulator = await startSimulator(simulatorConfig(settings))
  const { connectors, close } = createConnectors(change(developmentConnectors(simulator.url)))
  try {
    const connector = connectors.get(type)
    if (connector === undefined) throw new Error(`${type} is not configured`)
    await work({ simulator, connector, signal: AbortSignal.timeout(10_000) })
  } finally {
    await close()
    await simulator.close()
  }
}

const first: RolloutRequest = { reference: "eucora-1-lab-deploy", appName: "Test App", version: "1.0", ring: "LAB" }
const second = { ...first, reference: "eucora-2-lab-deploy", version: "1.10", previousVersion: "1.0" }

async function installed({ connector, signal }: Running, request: RolloutRequest): Promise<void> {
  const deadline = performance.now() + 5_000
  for (;;) {
    const { targeted, installed: done } = await connector.status(request, signal)
    if (targeted > 0 && targeted === done) return
    if (performance.now() > deadline) throw new Error(`${done} of ${targeted} devices`)
  }
}

async function onDevices({ simulator }: Running, type: ConnectorType, version: string | null): Promise<void> {
  const deadline = performance.now() + 5_000
  const versions = () => simulator.world.versions(type, "LAB", first.appName)
  while (versions().some((found) => found !== version) && performance.now() < deadline)
    await new Promise((next) => setTimeout(next, 5))
  assert.equal(new Set(versions()), new Set([version]))
}

async function errorOf(work: Promise<unknown>): Promise<ConnectorError> {
  const thrown = await work.catch((error: unknown) => error)
  if (thrown instanceof ConnectorError) return thrown
  throw new Error(`no ConnectorError but ${inspect(thrown)}`)
}

const kind = ({ errorClass, errorType }: ConnectorError) => `${errorClass} ${errorType}`

function switchOn({ simulator }: Running, type: ConnectorType, rule: Partial<Rule>): void {
  simulator.faults.set(type, vendorFaultsSchema.parse({ rules: [rule] }))
}

const effectsOf = ({ simulator }: Running, reference: string, effect: EffectKind) =>
  simulator.world.ledger.find({ reference, effect }).length

for (const type of connectorTypes) {
  test(`${type}: a deployment reaches every device of its ring, is replaced, and is rolled back`, () =>
    running(type, async (run) => {
      const { connector, signal } = run
      await connector.health(signal)
      const made = await connector.deploy(first, signal)
      assert.not(made.existed)
      await installed(run, { ...first, externalId: made.externalId })
      await installed(run, first)
      await onDevices(run, type, "1.0")
      const newer = await connector.deploy(second, signal)
      await installed(run, { ...second, externalId: newer.externalId })
      const undo = { ...second, reference: "eucora-2-lab-rollback", externalId: newer.externalId }
      assert.not((await connector.rollback(undo, signal)).existed)
      await onDevices(run, type, "1.0")
      assert.ok((await connector.rollback(undo, signal)).existed)
      for (const { reference } of [first, second, undo]) assert.is(effectsOf(run, reference, "install"), 1, reference)
    }))

  test(`${type}: a roll-back without an earlier version removes the application, or at least stops it`, () =>
    running(type, async (run) => {
      const { connector, signal } = run
      const { externalId } = await connector.deploy(first, signal)
      await installed(run, { ...first, externalId })
      const undo = { ...first, reference: "eucora-1-lab-rollback", externalId }
      await connector.rollback(undo, signal)
      await connector.rollback(undo, signal)
      // A patch policy cannot uninstall.
      const reference = type === "jamf" ? first.reference : undo.reference
      assert.is(effectsOf(run, reference, type === "jamf" ? "withdraw" : "remove"), 1)
      await onDevices(run, type, type === "jamf" ? "1.0" : null)
    }))

  test(`${type}: counts are those of the ring, over all pages, with failed and waiting devices`, () =>
    running(type, async (run) => {
      const { connector, simulator, signal } = run
      simulator.world.setBehaviour(first.appName, { curve: "partly_failing", failRate: 0.1, installSeconds: 0 })
      for (const ring of rings) {
        const request = { ...first, ring, reference: `eucora-1-${ring}-deploy` }
        const { externalId } = await connector.deploy(request, signal)
        const counts = await connector.status({ ...request, externalId }, signal)
        const targeted = simulator.world.devices[ring]
        const failed = Math.round(targeted / 10)
        assert.equal(counts, { targeted, installed: targeted - failed, failed, pending: 0 }, ring)
      }
    }))

  test(`${type}: a reply lost after the effect is found again, for deploy and roll-back`, () =>
    running(type, async (run) => {
      const { connector, signal } = run
      switchOn(run, type, { kind: "lost_reply", times: 1 })
      assert.is(kind(await errorOf(connector.deploy(first, signal))), "transient network")
      assert.ok((await connector.deploy(first, signal)).existed)
      assert.is(effectsOf(run, first.reference, "install"), 1)
      await connector.deploy(second, signal)
      const undo = { ...second, reference: "eucora-2-lab-rollback" }
      switchOn(run, type, { kind: "lost_reply", times: 1 })
      assert.is(kind(await errorOf(connector.rollback(undo, signal))), "transient network")
      await connector.rollback(undo, signal)
      await onDevices(run, type, "1.0")
      assert.is(effectsOf(run, undo.reference, "install"), 1)
    }))

  test(`${type}: whichever answer is garbled, repeating makes one effect`, () =>
    running(type, async (run) => {
      const { connector, signal } = run
      for (const method of ["GET", "POST"] as const) {
        const request = { ...first, appName: `App ${method}`, reference: `eucora-${method}-lab-deploy` }
        await connector.health(signal)
        switchOn(run, type, { kind: "malformed", method, times: 1 })
        const error = await connector.deploy(request, signal).catch((thrown: unknown) => thrown)
        // What Jamf's writes answer is not needed: the policy is looked up by its name.
        if (error instanceof ConnectorError) assert.is(kind(error), "transient malformed")
        await connector.deploy(request, signal)
        assert.is(effectsOf(run, request.reference, "install"), 1, method)
      }
    }))

  test(`${type}: tokens that expired are renewed unnoticed`, () =>
    running(type, async (run) => {
      await run.connector.health(run.signal)
      switchOn(run, type, { kind: "expire_tokens", times: 1 })
      assert.not((await run.connector.deploy(first, run.signal)).existed)
    }))

  test(`${type}: what goes wrong has its class`, () =>
    running(
      type,
      async (run) => {
        const { connector, signal } = run
        const faults: ReadonlyArray<readonly [Partial<Rule>, string]> = [
          [{ kind: "error", status: 500 }, "transient server"],
          [{ kind: "error", status: 422 }, "permanent client"],
          [{ kind: "error", status: 403 }, "policy auth"],
          [{ kind: "outage" }, "transient server"],
          [{ kind: "reset" }, "transient network"],
          [{ kind: "hang" }, "transient timeout"],
          [{ kind: "slow_body" }, "transient timeout"],
          [{ kind: "oversized" }, "permanent malformed"],
        ]
        for (const [rule, expected] of faults) {
          switchOn(run, type, rule)
          assert.is(kind(await errorOf(connector.deploy(first, signal))), expected, rule.kind)
        }
        for (const retryAfterForm of ["seconds", "date"] as const) {
          switchOn(run, type, { kind: "throttle", retryAfterSeconds: 7, retryAfterForm })
          const { errorType, retryAfterSeconds } = await errorOf(connector.status(first, signal))
          assert.is(errorType, "throttled")
          assert.ok(Math.abs((retryAfterSeconds ?? 0) - 7) <= 1, String(retryAfterSeconds))
        }
        assert.is(run.simulator.world.ledger.size, 0)
      },
      (config) => quick(config, 250),
    ))

  test(`${type}: a caller who gives up is told so, and the next call works`, () =>
    running(type, async (run) => {
      switchOn(run, type, { kind: "hang", times: 1 })
      const giveUp = new AbortController()
      const error = errorOf(run.connector.deploy(first, giveUp.signal))
      giveUp.abort()
      assert.match((await error).message, "given up")
    }))

  test(`${type}: wrong credentials are policy, and are not told`, () =>
    running(
      type,
      async (run) => {
        const error = await errorOf(run.connector.health(run.signal))
        assert.is(kind(error), "policy auth")
        assert.not.match(inspect(error, { depth: 9 }), "canary")
      },
      withWrongSecrets,
    ))

  if (type !== "landscape")
    test(`${type}: an application that the vendor does not know is a permanent error`, () =>
      running(
        type,
        async (run) => {
          assert.is(kind(await errorOf(run.connector.deploy(first, run.signal))), "permanent client")
          for (const catalogue of run.simulator.world.catalogues.values()) catalogue.add(first.appName, ["1.0"])
          assert.not((await run.connector.deploy(first, run.signal)).existed)
        },
        undefined,
        { SIMULATOR_AUTO_CATALOGUE: "false" },
      ))
}

/** Deadlines short enough for a test, and a limit that one page fits into. */
function quick(config: ConnectorsConfig, totalMs: number): ConnectorsConfig {
  const shortened = <T extends { http: object }>(settings: T | undefined) =>
    settings && { ...settings, http: { ...settings.http, totalMs, maxResponseBytes: 1_000_000 } }
  return {
    intune: shortened(config.intune),
    jamf: shortened(config.jamf),
    sccm: shortened(config.sccm),
    landscape: shortened(config.landscape),
    ansible: shortened(config.ansible),
  }
}

function withWrongSecrets({ intune, jamf, sccm, landscape, ansible }: ConnectorsConfig): ConnectorsConfig {
  const wrong = new Secret("canary-secret")
  return {
    intune: intune && { ...intune, clientSecret: wrong },
    jamf: jamf && { ...jamf, clientSecret: wrong },
    sccm: sccm && { ...sccm, clientSecret: wrong },
    landscape: landscape && { ...landscape, secretKey: wrong },
    ansible: ansible && { ...ansible, credentials: { kind: "basic", username: "eucora", password: wrong } },
  }
}

test.run()
