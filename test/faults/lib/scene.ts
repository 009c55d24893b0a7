import postgres from "postgres"
import { freePort } from "../../../src/db/testing.ts"
import type { VendorFaults } from "../../../src/simulator/faults.ts"
import type { SystemConfig } from "../../system/config.ts"
import { deploymentRequest, submitSurely } from "../../system/lib/api.ts"
import { getJson, sendJson } from "../../system/lib/http.ts"
import { ownStack } from "../../system/lib/stack.ts"
import { waitFor } from "../../system/lib/wait.ts"
import { type Counter, startCounter } from "./counter.ts"

/** Something that a circuit breaker did, as its event tells it. */
export interface BreakerChange {
  readonly type: string
  readonly from: string
  readonly failures: number
  /** Milliseconds since 1970, of the database's clock. */
  readonly at: number
}

interface LedgerEntry {
  readonly app: string
  readonly version: string
  readonly at: string
}

interface ServedBreaker {
  readonly service: string
  readonly state: string
  readonly history: readonly { readonly type: string }[]
}

/** Real processes whose way to the simulator leads past a counter. */
export interface Scene {
  readonly counter: Counter
  readonly config: SystemConfig
  readonly sql: postgres.Sql
  setFaults(
    vendor: string,
    faults: { readonly latency?: VendorFaults["latency"]; readonly rules?: readonly object[] },
  ): Promise<unknown>
  /** One deployment of an application of that name; answers its id. */
  submit(connector: string, name: string): Promise<string>
  /** What the breaker did, in order. */
  changes(service: string): Promise<readonly BreakerChange[]>
  /** The breaker as the API serves it. */
  breaker(service: string): Promise<ServedBreaker | undefined>
  /** Every installation that the vendor was brought to make. */
  installs(vendor: string): Promise<readonly LedgerEntry[]>
  /** So many deployments ended like that: `COMPLETED 5`. */
  outcomes(): Promise<readonly string[]>
  close(): Promise<void>
}

/** Starts it, and waits for the first probe of every vendor. Those later, and comparing, are left out: their calls would count. */
export async function openScene(environment: Readonly<Record<string, string>>): Promise<Scene> {
  const simulator = await freePort()
  const counter = await startCounter(simulator)
  const quiet = { PROBE_INTERVAL_SECONDS: "86400", RECONCILE_INTERVAL_SECONDS: "86400" }
  const brisk = { OTEL_METRIC_EXPORT_INTERVAL: "1000", SIMULATOR_INSTALL_SECONDS: "0" }
  const addresses = { SIMULATOR_PORT: String(simulator), SIMULATOR_URL: counter.url }
  const own = await ownStack({
    only: ["api", "worker", "simulator", "collector", "prometheus"],
    environment: { ...quiet, ...brisk, ...addresses, ...environment },
  }).catch((error: unknown) => {
    counter.close()
    throw error
  })
  const sql = postgres(own.databaseUrl, { max: 1 })
  const close = async () => {
    await sql.end()
    await own.close()
    counter.close()
  }
  const probed = async () => (await sql`SELECT FROM connector_health WHERE healthy`).length
  if ((await waitFor(probed, (vendors) => vendors === 5, 20)).met) return sceneOf(counter, own.config, sql, close)
  await close()
  throw new Error("the vendors were not probed")
}

function sceneOf(counter: Counter, config: SystemConfig, sql: postgres.Sql, close: () => Promise<void>): Scene {
  const authorization = { authorization: `Bearer ${config.token}` }
  return {
    counter,
    config,
    sql,
    setFaults: (vendor, faults) => sendJson("PUT", `${config.simulator}/admin/faults/${vendor}`, faults),
    submit: async (connector, name) =>
      (await submitSurely(config, deploymentRequest(name, { connector_type: connector }), name)).id,
    changes: async (service) => [
      ...(await sql<BreakerChange[]>`
        SELECT type, data ->> 'from' AS "from", (data ->> 'failures')::int AS failures,
          (extract(epoch FROM at) * 1000)::float8 AS at
        FROM events WHERE subject_type = 'connector' AND type LIKE 'BREAKER%' AND data ->> 'service' = ${service}
        ORDER BY sequence`),
    ],
    breaker: async (service) => {
      const url = `${config.api}/api/v1/circuit-breakers`
      const { items } = await getJson<{ items: readonly ServedBreaker[] }>(url, authorization)
      return items.find((each) => each.service === service)
    },
    installs: async (vendor) => {
      const url = `${config.simulator}/admin/ledger?effect=install&vendor=${vendor}`
      return (await getJson<{ entries: readonly LedgerEntry[] }>(url)).entries
    },
    outcomes: async () => {
      const rows = await sql<{ line: string }[]>`
        SELECT coalesce(outcome, status) || ' ' || count(*) AS line FROM deployments GROUP BY coalesce(outcome, status)`
      return rows.map(({ line }) => line)
    },
    close,
  }
}
