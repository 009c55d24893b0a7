import postgres from "postgres"
import { createConnectors } from "../connectors/create.ts"
import { developmentConnectors } from "../connectors/development.ts"
import type { ConnectorType } from "../connectors/types.ts"
import type { Domain } from "../domain.ts"
import { Lifecycle } from "../lib/lifecycle.ts"
import { simulatorConfig } from "../simulator/config.ts"
import { vendorFaultsSchema } from "../simulator/faults.ts"
import { type RunningSimulator, startSimulator } from "../simulator/listen.ts"
import { domainGauges } from "../telemetry/domain-gauges.ts"
import { type TestDomain, testDomain } from "../testing.ts"

/** A domain whose back ends are played by a simulator of its own, over HTTP. */
export interface SimulatedDomain extends TestDomain {
  readonly simulator: RunningSimulator
  /** As superuser. */
  readonly sql: postgres.Sql
  /** The value of a gauge of the shared state by its attributes, in the order in which they are declared. */
  gauge(name: string): Promise<ReadonlyMap<string, number>>
}

export async function simulatedDomain(
  changed: Partial<Domain> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<SimulatedDomain> {
  const lifecycle = new Lifecycle()
  const settings = { SIMULATOR_PORT: "0", SIMULATOR_INSTALL_SECONDS: "0", ...environment }
  const simulator = lifecycle.add("simulator", await startSimulator(simulatorConfig(settings)), (open) => open.close())
  const back = lifecycle.add("back ends", createConnectors(developmentConnectors(simulator.url)), (open) =>
    open.close(),
  )
  const test = lifecycle.add("domain", await testDomain({ connectors: back.connectors, ...changed }), (open) =>
    open.close(),
  )
  const sql = lifecycle.add("sql", postgres(test.urls.superUrl, { max: 2, onnotice: () => {} }), (open) => open.end())
  return {
    ...test,
    simulator,
    sql,
    gauge: (name) => readGauge(sql, name),
    close: async () => void (await lifecycle.close(10_000)),
  }
}

async function readGauge(sql: postgres.Sql, name: string): Promise<ReadonlyMap<string, number>> {
  const gauge = domainGauges(1, "demo").find((each) => each.name === name)
  if (gauge === undefined) throw new Error(`there is no gauge ${name}`)
  const names = Object.keys(gauge.attributes)
  const found = await gauge.read(sql)
  return new Map(found.map(({ attributes, value }) => [names.map((each) => attributes[each]).join(" "), value]))
}

/** Every request to the vendor is answered with 503, until it is over. */
export function outage({ simulator }: SimulatedDomain, vendor: ConnectorType): { over(): void } {
  simulator.faults.set(vendor, vendorFaultsSchema.parse({ rules: [{ kind: "outage" }] }))
  return { over: () => simulator.faults.clear() }
}
