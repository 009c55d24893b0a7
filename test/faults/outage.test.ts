/** One vendor is away while deployments go out through two: real processes, the simulator, and a count of every request. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { freePort } from "../../src/db/testing.ts"
import { allEnded, deploymentRequest, submitSurely } from "../system/lib/api.ts"
import { getJson, sendJson } from "../system/lib/http.ts"
import { ownStack } from "../system/lib/stack.ts"
import { waitFor } from "../system/lib/wait.ts"

const openSeconds = 2
const outageSeconds = 12
const deployments = 30

/** Passes on what our processes ask the simulator, and notes when each request came and to which vendor. */
async function startCounter(port: number) {
  const requests: { readonly at: number; readonly vendor: string }[] = []
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    requests.push({ at: performance.now(), vendor: incoming.url?.split("/")[1] ?? "" })
    const { method, url: path, headers } = incoming
    const onward = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on("error", () => outgoing.destroy())
    incoming.pipe(onward)
  }
  const server = createServer(pass)
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** When requests came to a vendor from then on. */
    to: (vendor: string, since: number) => requests.filter((each) => each.vendor === vendor && each.at >= since),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Real processes, whose way to the simulator leads past the counter. */
async function openScene(environment: Readonly<Record<string, string>>) {
  const simulator = await freePort()
  const counter = await startCounter(simulator)
  const own = await ownStack({
    only: ["api", "worker", "simulator"],
    environment: { SIMULATOR_PORT: String(simulator), SIMULATOR_URL: counter.url, ...environment },
  }).catch((error: unknown) => {
    counter.close()
    throw error
  })
  const { config } = own
  const sql = postgres(own.databaseUrl, { max: 1 })
  return {
    counter,
    config,
    setFaults: (...rules: readonly object[]) => sendJson("PUT", `${config.simulator}/admin/faults/intune`, { rules }),
    submit: (connector: string, count: number) =>
      Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const name = `${connector}-${index}`
          return (await submitSurely(config, deploymentRequest(name, { connector_type: connector }), name)).id
        }),
      ),
    /** What the breakers did, in order. */
    events: async () => {
      const rows = await sql<{ type: string }[]>`
        SELECT type FROM events WHERE subject_type = 'connector' AND type LIKE 'BREAKER%' ORDER BY sequence`
      return rows.map(({ type }) => type)
    },
    /** Whether the first probe of the vendor is over. */
    probed: async () =>
      (await sql`SELECT FROM connector_health WHERE connector_type = 'intune' AND healthy`).length > 0,
    outcomes: async () => {
      const rows = await sql<{ line: string }[]>`
        SELECT coalesce(outcome, status) || ' ' || count(*) AS line FROM deployments GROUP BY coalesce(outcome, status)`
      return rows.map(({ line }) => line)
    },
    /** Every installation that the vendor was brought to make. */
    effects: async () => {
      type Ledger = { readonly entries: readonly { readonly app: string; readonly version: string }[] }
      const { entries } = await getJson<Ledger>(`${config.simulator}/admin/ledger?effect=install&vendor=intune`)
      return entries.map(({ app, version }) => `${app} ${version}`)
    },
    close: async () => {
      await sql.end()
      await own.close()
      counter.close()
    },
  }
}

const spans = (requests: readonly { readonly at: number }[], start: number) =>
  requests.map(({ at }) => (at - start) / 1_000)

/** Deployments through a vendor that is away, and some through another one; answers when requests came to the first. */
async function outage(scene: Awaited<ReturnType<typeof openScene>>): Promise<readonly number[]> {
  await scene.setFaults({ kind: "outage" })
  const start = performance.now()
  const left = () => outageSeconds - (performance.now() - start) / 1_000
  const away = await scene.submit("intune", deployments)
  await allEnded(scene.config, await scene.submit("jamf", 5), left())
  await pause(left() * 1_000) // the length of the outage
  const seen = spans(scene.counter.to("intune", start), start)
  await scene.setFaults()
  await allEnded(scene.config, away, 90)
  return seen
}

const environment = { WORKER_PROCESSES: "4", BREAKER_OPEN_SECONDS: String(openSeconds) }

test("a vendor that is away is left alone, another one is not, and deployments go on where they stopped", async () => {
  const scene = await openScene(environment)
  try {
    const seen = await outage(scene)
    const later = seen.filter((at) => at > openSeconds)
    assert.ok(seen.length - later.length <= deployments + 5, `${seen.length - later.length} requests were in flight`)
    const most = Math.ceil(outageSeconds / openSeconds)
    assert.ok(later.length >= 2 && later.length <= most, `tried ${later.length} times: ${later}`)
    assert.equal(await scene.outcomes(), [`COMPLETED ${deployments + 5}`])
    const effects = await scene.effects()
    assert.equal([effects.length, new Set(effects).size], [deployments, deployments])
    const events = await scene.events()
    assert.equal([events[0], events.at(-1)], ["BREAKER_OPENED", "BREAKER_CLOSED"])
  } finally {
    await scene.close()
  }
})

test("sabotage: a breaker that never opens leaves nobody alone", async () => {
  const scene = await openScene({ ...environment, BREAKER_FAILURE_THRESHOLD: "1000" })
  try {
    const later = (await outage(scene)).filter((at) => at > openSeconds)
    assert.ok(later.length > deployments, `tried ${later.length} times`)
    assert.equal(await scene.events(), [])
  } finally {
    await scene.close()
  }
})

test("429 with Retry-After 7: no call for 7 s, the breaker stays closed, and the deployment goes on", async () => {
  const scene = await openScene({ PROBE_INTERVAL_SECONDS: "86400", RECONCILE_INTERVAL_SECONDS: "86400" })
  try {
    assert.ok((await waitFor(scene.probed, (probed) => probed, 20)).met, "no probe is on its way")
    await scene.setFaults({ kind: "throttle", times: 1, retryAfterSeconds: 7 })
    const start = performance.now()
    await allEnded(scene.config, await scene.submit("intune", 1), 60)
    const [throttled = 0, next = 0] = spans(scene.counter.to("intune", start), start)
    assert.ok(next - throttled >= 7 && next - throttled < 20, `${throttled} s, then ${next} s`)
    assert.equal([await scene.outcomes(), await scene.events()], [["COMPLETED 1"], []])
    assert.is((await scene.effects()).length, 1)
  } finally {
    await scene.close()
  }
})

test.run()
