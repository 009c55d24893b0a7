import { test } from "uvu"
import * as assert from "uvu/assert"
import { rings } from "../rings/rings.ts"
import { simulatorConfig } from "../simulator/config.ts"
import { startSimulator } from "../simulator/listen.ts"
import { installedVersions } from "./common.ts"
import { createConnectors } from "./create.ts"
import { developmentConnectors } from "./development.ts"
import { against, answering, isPermanent, request } from "./fixtures/against.ts"
import type { Exchange } from "./fixtures/exchange.ts"
import { intune } from "./fixtures/intune.ts"
import { jamf } from "./fixtures/jamf.ts"
import { landscape } from "./fixtures/landscape.ts"
import { sccm } from "./fixtures/sccm.ts"
import { type Connector, connectorTypes, type InstalledVersion, type RolloutRequest } from "./types.ts"

const telling = ["intune", "jamf", "sccm", "landscape"] as const
type Telling = (typeof telling)[number]

function read(connector: Connector, of: RolloutRequest, signal: AbortSignal): Promise<readonly InstalledVersion[]> {
  if (connector.inventory === undefined) throw new Error(`${connector.type} has no inventory`)
  return connector.inventory.read(of, signal)
}

/** Devices by version; `none` for those without. */
const byVersion = (found: readonly InstalledVersion[]) =>
  Object.fromEntries(found.map(({ version, devices }) => [version ?? "none", devices]))

const documented: Record<Telling, readonly Exchange[]> = {
  intune: [intune.token, intune.members, intune.detected, intune.detectedOn],
  jamf: [jamf.token, jamf.titles, jamf.group, jamf.report],
  sccm: [sccm.token, sccm.members, sccm.software],
  landscape: [landscape.token, landscape.known, landscape.packages],
}

const expected: Record<Telling, Record<string, number>> = {
  intune: { "1.2.3": 2, none: 2 },
  jamf: { "1.2.3": 2, "1.0.0": 1, none: 1 },
  sccm: { "1.2.3": 2, "1.0.0": 1, none: 1 },
  landscape: { "1.2.3": 1, none: 3 },
}

for (const type of telling)
  test(`${type} says what the ring's devices have, with documented requests only`, async () => {
    const found = await against(type, documented[type], (connector, signal) => read(connector, request, signal))
    assert.equal(byVersion(found as readonly InstalledVersion[]), expected[type])
  })

test("of several versions on one device the wanted one counts, whichever is told last", () => {
  const both = ["1.2.3", "1.0.0"].map((version) => ({ device: 1, version }))
  for (const findings of [both, both.toReversed()])
    assert.equal(installedVersions([1, 2], findings, "1.2.3"), [
      { version: "1.2.3", devices: 1 },
      { version: null, devices: 1 },
    ])
})

test("jamf: a title that is gone is a permanent error, not a ring without the application", async () => {
  const exchanges = [jamf.token, answering(jamf.titles, [])]
  isPermanent(
    await against("jamf", exchanges, (connector, signal) => read(connector, request, signal)),
    /no patch title/,
  )
})

test("sccm: a list in several parts is read whole", async () => {
  const first = { value: [{ ResourceID: 1 }], "@odata.nextLink": "wmi/SMS_FullCollectionMembership?$skiptoken=2" }
  const second = { ...sccm.members, request: { ...sccm.members.request, query: { $skiptoken: "2" } } }
  const exchanges = [
    sccm.token,
    answering(sccm.members, first),
    answering(second, { value: [{ ResourceID: 2 }] }),
    sccm.software,
  ]
  const found = await against("sccm", exchanges, (connector, signal) => read(connector, request, signal))
  assert.equal(byVersion(found as readonly InstalledVersion[]), { "1.2.3": 1, "1.0.0": 1 })
})

test("ansible has none: it keeps what jobs did, not what hosts have", async () => {
  const { connectors, close } = createConnectors(developmentConnectors("http://127.0.0.1:1"))
  assert.equal(
    connectorTypes.filter((type) => connectors.get(type)?.inventory === undefined),
    ["ansible"],
  )
  await close()
})

for (const type of telling)
  test(`${type}: what somebody does to devices past the vendor is seen in every ring, over all pages`, async () => {
    const simulator = await startSimulator(simulatorConfig({ SIMULATOR_PORT: "0", SIMULATOR_INSTALL_SECONDS: "0" }))
    const { connectors, close } = createConnectors(developmentConnectors(simulator.url))
    const connector = connectors.get(type)
    const signal = AbortSignal.timeout(10_000)
    try {
      assert.ok(connector)
      for (const ring of rings) {
        const of = { ...request, ring, reference: `eucora-1-${ring}-deploy` }
        const { externalId } = await connector.deploy(of, signal)
        const { [ring]: devices } = simulator.world.devices
        assert.equal(byVersion(await read(connector, of, signal)), { "1.2.3": devices }, ring)
        const tampering = { vendor: type, ring, app: request.appName }
        simulator.world.tamper({ ...tampering, version: "9.9", count: 3 })
        simulator.world.tamper({ ...tampering, version: null, count: 1 })
        assert.equal(byVersion(await read(connector, of, signal)), { none: 1, "9.9": 2, "1.2.3": devices - 3 }, ring)
        const { installed, pending } = await connector.status({ ...of, externalId }, signal)
        assert.equal([installed, pending], [devices - 3, 3], ring)
        simulator.world.tamper({ ...tampering, version: request.version, count: 3 })
        assert.equal(byVersion(await read(connector, of, signal)), { "1.2.3": devices }, ring)
        assert.is((await connector.status({ ...of, externalId }, signal)).installed, devices, ring)
      }
    } finally {
      await close()
      await simulator.close()
    }
  })

test.run()
