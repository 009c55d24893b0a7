import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { until } from "../testing.ts"
import { simulatorConfig } from "./config.ts"
import { type RunningSimulator, startSimulator } from "./listen.ts"
import { loadScenario } from "./scenario.ts"
import { countStates } from "./world.ts"

const folder = mkdtempSync(join(tmpdir(), "simulator-"))
const simulator = await startSimulator(simulatorConfig({ SIMULATOR_PORT: "0" }))
test.after(async () => {
  await simulator.close()
  rmSync(folder, { recursive: true })
})

async function ask(method: string, path: string, body?: unknown, at: RunningSimulator = simulator) {
  const text = typeof body === "string" ? body : JSON.stringify(body)
  const response = await fetch(`${at.url}/admin${path}`, { method, ...(body === undefined ? {} : { body: text }) })
  const answer = await response.text()
  return { status: response.status, json: answer === "" ? undefined : JSON.parse(answer) }
}

test("it says that it is well, and how many devices it has", async () => {
  const { status, json } = await ask("GET", "/health")
  assert.is(status, 200)
  assert.equal(json.devices, { LAB: 5, CANARY: 20, PILOT: 50, DEPARTMENT: 100, GLOBAL: 200 })
})

test("what an application does can be said before it is deployed, however its name is written", async () => {
  assert.equal((await ask("GET", "/apps/Nobody")).json.installSeconds, 0.4)
  const told = await ask("PUT", "/apps/Test%20App0", { installSeconds: 3, curve: "slow", failRate: 0.5 })
  assert.equal(told.json, { name: "Test App0", installSeconds: 3, curve: "slow", failRate: 0.5 })
  assert.is((await ask("GET", "/apps/test-app0")).json.installSeconds, 3)
})

test("the ledger is filtered by vendor, effect, application and reference", async () => {
  const effect = { ring: "LAB", app: "Test App0", version: "1", externalId: "1" } as const
  simulator.world.start({ ...effect, vendor: "jamf", reference: "one" })
  simulator.world.start({ ...effect, vendor: "sccm", reference: "two", version: null })
  const counts = {
    "": 2,
    "?vendor=jamf": 1,
    "?effect=remove": 1,
    "?reference=two": 1,
    "?app=test-app0": 2,
    "?app=x": 0,
  }
  for (const [query, count] of Object.entries(counts))
    assert.is((await ask("GET", `/ledger${query}`)).json.count, count, query)
  const [entry] = (await ask("GET", "/ledger?reference=one")).json.entries
  assert.equal([entry.sequence, entry.vendor, entry.effect, entry.version], [1, "jamf", "install", "1"])
})

test("devices can be asked after their versions", async () => {
  const { json } = await ask("GET", "/devices?vendor=landscape&ring=LAB&app=none")
  assert.equal(json.versions, [null, null, null, null, null])
})

test("what is on devices can be changed past the vendor, until a roll-out reaches them", async () => {
  const of = { vendor: "jamf", ring: "LAB", app: "Tampered" } as const
  const start = (version: string) => simulator.world.start({ ...of, version, reference: version, externalId: version })
  const put = async (version: string | null, count: number) =>
    (await ask("PUT", "/devices", { ...of, version, count })).json.versions
  const read = async () => (await ask("GET", "/devices?vendor=jamf&ring=LAB&app=tampered")).json.versions
  simulator.world.setBehaviour("Tampered", { installSeconds: 0 })
  const rollout = start("1.0")
  assert.equal(await put("0.9", 3), ["0.9", "0.9", "0.9", "1.0", "1.0"])
  assert.equal(await put(null, 1), [null, "0.9", "0.9", "1.0", "1.0"])
  assert.equal(countStates(simulator.world.compliance(rollout)), { installed: 2, failed: 0, pending: 3 })
  assert.equal(countStates(simulator.world.states(rollout)), { installed: 5, failed: 0, pending: 0 })
  assert.is((await ask("GET", "/ledger?app=tampered")).json.count, 1, "no effect of the vendor's")
  await until("a later moment", () => simulator.world.nowMs() > rollout.startedMs)
  start("2.0")
  assert.equal(await read(), Array(5).fill("2.0"))
})

test("faults are set, read and cleared", async () => {
  const faults = { latency: { medianMs: 1, p95Ms: 2 }, rules: [{ kind: "outage" }] }
  assert.is((await ask("PUT", "/faults/ansible", faults)).json.rules[0].rate, 1)
  assert.is((await fetch(`${simulator.url}/ansible/api/v2/ping/`)).status, 503)
  assert.is((await ask("GET", "/faults")).json.ansible.rules[0].kind, "outage")
  assert.is((await ask("DELETE", "/faults")).status, 204)
  assert.is((await fetch(`${simulator.url}/ansible/api/v2/ping/`)).status, 200)
})

const bad: ReadonlyArray<readonly [method: string, path: string, body: unknown, status: number, message: RegExp]> = [
  ["PUT", "/apps/a", { curve: "steep" }, 400, /curve/],
  ["PUT", "/apps/a", { failRate: 2 }, 400, /failRate/],
  ["PUT", "/apps/a", { seconds: 2 }, 400, /seconds/],
  ["PUT", "/apps/a", "{", 400, /no JSON/],
  ["PUT", `/apps/${"a".repeat(201)}`, {}, 400, /200/],
  ["PUT", "/faults/chef", { rules: [] }, 400, /intune/],
  ["PUT", "/faults/jamf", { rules: [{ kind: "gremlin" }] }, 400, /rules\.0\.kind/],
  ["PUT", "/faults/jamf", { rules: [{ kind: "error", rate: 3 }] }, 400, /rate/],
  ["PUT", "/faults/jamf", { latency: { medianMs: 5, p95Ms: 1 } }, 400, /95th/],
  ["GET", "/ledger?vendor=chef", undefined, 400, /vendor/],
  ["GET", "/ledger?colour=red", undefined, 400, /colour/],
  ["GET", "/devices?vendor=jamf", undefined, 400, /ring/],
  ["PUT", "/devices", { vendor: "jamf", ring: "LAB", app: "a", count: 1 }, 400, /version/],
  ["PUT", "/devices", { vendor: "jamf", ring: "LAB", app: "a", version: null, count: 0 }, 400, /count/],
  ["POST", "/tokens/chef/expire", undefined, 400, /intune/],
  ["GET", "/nothing", undefined, 404, /no GET \/admin\/nothing/],
]

for (const [method, path, body, status, message] of bad)
  test(`${method} ${path.slice(0, 40)} ${JSON.stringify(body)} is refused with the reason`, async () => {
    const answer = await ask(method, path, body)
    assert.is(answer.status, status)
    assert.match(answer.json.error, message)
  })

test("a scenario switches faults at their times", async () => {
  const path = join(folder, "scenario.json")
  const step = (afterSeconds: number, rules: unknown) => ({ afterSeconds, vendor: "jamf", faults: { rules } })
  writeFileSync(path, JSON.stringify([step(0, [{ kind: "outage" }]), step(0.2, [])]))
  const played = await startSimulator(simulatorConfig({ SIMULATOR_PORT: "0", SIMULATOR_SCENARIO: path }))
  const seen = new Set<number>()
  const deadline = performance.now() + 5_000
  while (!(seen.has(503) && seen.has(204)) && performance.now() < deadline)
    seen.add((await fetch(`${played.url}/jamf/api/v1/health-check`)).status)
  await played.close()
  assert.equal(seen, new Set([503, 204]))
})

test("a scenario that is wrong is told where", () => {
  const path = join(folder, "wrong.json")
  writeFileSync(path, JSON.stringify([{ afterSeconds: -1, vendor: "jamf", faults: {} }]))
  assert.throws(() => loadScenario(path), /0\.afterSeconds/)
})

test("settings that are wrong are told by name", () => {
  assert.throws(() => simulatorConfig({ SIMULATOR_DEVICES: "MOON=5" }), /SIMULATOR_DEVICES/)
  assert.throws(() => simulatorConfig({ SIMULATOR_DEVICES: "LAB=many" }), /SIMULATOR_DEVICES/)
  assert.throws(() => simulatorConfig({ SIMULATOR_PORT: "70000" }), /SIMULATOR_PORT/)
  assert.is(simulatorConfig({ SIMULATOR_DEVICES: "LAB=7" }).SIMULATOR_DEVICES.LAB, 7)
})

test.run()
