import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { getRequestListener } from "@hono/node-server"
import { systemClock } from "../lib/clock.ts"
import { createSimulator, type Simulator } from "./app.ts"
import type { SimulatorConfig } from "./config.ts"
import type { LedgerEntry } from "./ledger.ts"
import { loadScenario, playScenario } from "./scenario.ts"

export interface RunningSimulator extends Simulator {
  readonly url: string
  /** Ends at once, requests under way included. */
  readonly close: () => Promise<void>
}

/** Starts the simulator. Throws when its port is taken or its scenario is not usable. */
export async function startSimulator(
  config: SimulatorConfig,
  onEffect: (entry: LedgerEntry) => void = () => {},
): Promise<RunningSimulator> {
  const scenario = config.SIMULATOR_SCENARIO === undefined ? [] : loadScenario(config.SIMULATOR_SCENARIO)
  const simulator = createSimulator({
    clock: systemClock,
    seed: config.SIMULATOR_SEED,
    devices: config.SIMULATOR_DEVICES,
    installSeconds: config.SIMULATOR_INSTALL_SECONDS,
    autoCatalogue: config.SIMULATOR_AUTO_CATALOGUE,
    onEffect,
  })
  const server = createServer(getRequestListener(simulator.app.fetch, { overrideGlobalObjects: false }))
  const { port } = await listen(server, config)
  const stopScenario = playScenario(scenario, simulator.faults)
  const close = async () => {
    stopScenario()
    const closed = new Promise((done) => server.close(done))
    server.closeAllConnections()
    await closed
  }
  return { ...simulator, url: `http://${config.SIMULATOR_HOST}:${port}`, close }
}

function listen(server: Server, { SIMULATOR_HOST, SIMULATOR_PORT }: SimulatorConfig): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(SIMULATOR_PORT, SIMULATOR_HOST, () => {
      const address = server.address()
      if (address === null || typeof address === "string") reject(new Error("the simulator listens on no port"))
      else resolve(address)
    })
  })
}
