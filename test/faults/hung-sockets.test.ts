/** Hundreds of calls that are never answered: what they take is given back. The vendor is another process, so that descriptors are ours. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync } from "node:fs"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { BreakerOpen } from "../../src/breaker/breaker-open.ts"
import { guardedCall } from "../../src/breaker/guard.ts"
import { resetBreaker } from "../../src/breaker/operate.ts"
import { createConnectors } from "../../src/connectors/create.ts"
import { developmentConnectors } from "../../src/connectors/development.ts"
import { ConnectorError } from "../../src/connectors/types.ts"
import type { Domain } from "../../src/domain.ts"
import { startTestTelemetry } from "../../src/telemetry/testing.ts"
import { someone, testDomain, until } from "../../src/testing.ts"
import { sendJson } from "../system/lib/http.ts"

const calls = 500
/** The database's pool and the like may open or close a few at any time. */
const slack = 8
const telemetry = startTestTelemetry({ role: "worker" })

/** How many descriptors this process holds. */
const descriptors = () => readdirSync("/proc/self/fd").length

/** The operations made so far, by how they ended. */
async function ended(): Promise<Readonly<Record<string, number>>> {
  const points = await telemetry.points("connector.operation.duration")
  const made = points.filter(({ attributes }) => attributes["connector_type"] === "jamf")
  return Object.fromEntries(made.map(({ attributes, value }) => [String(attributes["status"]), value]))
}

const more = async (before: Readonly<Record<string, number>>, status: string) =>
  ((await ended())[status] ?? 0) - (before[status] ?? 0)

async function startSimulator() {
  const main = fileURLToPath(new URL("../../src/simulator/main.ts", import.meta.url))
  const child = spawn(process.execPath, [main], {
    env: { SIMULATOR_PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  })
  const lines = createInterface({ input: child.stdout })
  const [ready] = (await once(lines, "line")) as [string]
  const { url } = JSON.parse(ready) as { url: string }
  return { url, setFaults: (rules: readonly object[]) => sendJson("PUT", `${url}/admin/faults/jamf`, { rules }), child }
}

const simulator = await startSimulator()
const run = await testDomain()

/** For a moment after a reset few are let through; whoever is not comes again. Anything else is a mistake. */
function isRefused(thrown: unknown): false {
  if (thrown instanceof BreakerOpen) return false
  throw thrown
}

interface Limits {
  /** The deadline of one attempt. */
  readonly totalMs: number
  readonly connections: number
}

interface Scene {
  readonly domain: Domain
  readonly call: () => Promise<void>
  /** Descriptors before anything hangs, with a connection to the vendor and a warm pool. */
  readonly before: number
  /** Cuts every connection to the vendor. */
  readonly close: () => Promise<void>
}

/** Jamf behind a breaker and a pool with these limits; its first calls have been answered. */
async function openScene(limits: Limits): Promise<Scene> {
  await simulator.setFaults([])
  const { jamf } = developmentConnectors(simulator.url)
  const back = createConnectors({ jamf: jamf && { ...jamf, http: { ...jamf.http, ...limits } } })
  const domain: Domain = { ...run.domain, connectors: back.connectors }
  const call = () => guardedCall(domain, "jamf", "health", (connector, signal) => connector.health(signal))
  await resetBreaker(domain, someone("operator", "operator"), "jamf", "the next test")
  domain.breakers.wake()
  await Promise.all(Array.from({ length: 10 }, () => run.db.execute(sql`SELECT 1`)))
  // One after the other, so that they share one connection.
  for (let served = 0; served < 10; served += 1) await until("it is served", () => call().then(() => true, isRefused))
  return { domain, call, before: descriptors(), close: back.close }
}

/** Calls that nobody answers; answers what each was told. */
async function hang({ call }: Scene): Promise<readonly Promise<unknown>[]> {
  await simulator.setFaults([{ kind: "hang" }])
  return Array.from({ length: calls }, () => call().catch((thrown: unknown) => thrown))
}

const isTimeout = (thrown: unknown) =>
  thrown instanceof ConnectorError && thrown.errorClass === "transient" && thrown.errorType === "timeout"

/** The pool they went through serves the next call, once the breaker lets it through. */
async function checkServed({ domain, call }: Scene): Promise<void> {
  const refused = await call().catch((thrown: unknown) => thrown)
  assert.instance(refused, BreakerOpen)
  await simulator.setFaults([])
  await resetBreaker(domain, someone("operator", "operator"), "jamf", "it is back")
  domain.breakers.wake()
  const start = performance.now()
  await call()
  assert.ok(performance.now() - start < 1_000, `served after ${performance.now() - start} ms`)
}

const pools: Readonly<Record<string, { readonly connections: number; readonly sockets: number }>> = {
  "500 calls on 500 sockets": { connections: calls, sockets: calls },
  "500 calls on a pool of 32": { connections: 32, sockets: 32 },
}

for (const [what, { connections, sockets }] of Object.entries(pools))
  test(`${what} that hang all time out and count so, give every descriptor back, and the pool serves on`, async () => {
    const scene = await openScene({ totalMs: 3_000, connections })
    const before = await ended()
    const hanging = await hang(scene)
    const open = () => descriptors() - scene.before
    await until("all sockets are open", () => open() >= sockets - slack, 2_900)
    assert.ok(open() <= sockets + slack, `${open()} descriptors`)
    const told = await Promise.all(hanging)
    assert.is(told.filter(isTimeout).length, calls)
    assert.is(await more(before, "timeout"), calls)
    assert.is(await more(before, "failed"), 0)
    await until("they are given back", () => Math.abs(open()) <= slack, 2_000)
    await checkServed(scene)
    assert.ok(Math.abs(open()) <= slack, `${open()} descriptors more`)
    await scene.close()
  })

test("the count can fail: with a deadline that is far away they are all held, and none has timed out", async () => {
  const scene = await openScene({ totalMs: 25_000, connections: calls })
  const before = await ended()
  const hanging = await hang(scene)
  const open = () => descriptors() - scene.before
  await until("all sockets are open", () => open() >= calls - slack)
  const freed = await until("they are given back", () => open() <= slack, 3_500).catch(() => undefined)
  assert.is(freed, undefined)
  assert.is(await more(before, "timeout"), 0)
  await scene.close()
  assert.is((await Promise.all(hanging)).filter(isTimeout).length, 0)
})

test.after(async () => {
  simulator.child.kill()
  await run.close()
  await telemetry.shutdown(200)
})

test.run()
