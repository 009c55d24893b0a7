import { readFileSync } from "node:fs"
import { type Clock, systemClock } from "../lib/clock.ts"
import { createAnsible } from "./ansible.ts"
import type { ConnectorParts } from "./common.ts"
import type { ConnectorsConfig, LimitSettings } from "./config.ts"
import { HttpClient } from "./http.ts"
import { createIntune } from "./intune.ts"
import { createJamf, jamfConnections } from "./jamf.ts"
import { createLandscape } from "./landscape.ts"
import { createSccm } from "./sccm.ts"
import type { Connector, ConnectorType } from "./types.ts"

/** The back ends that are configured, and how to let go of their connections. */
export interface Connectors {
  readonly connectors: ReadonlyMap<ConnectorType, Connector>
  readonly close: () => Promise<void>
}

const defaultConnections = 32

/** One connector with a pool of its own for each back end that is configured. Throws when a CA file cannot be read. */
export function createConnectors(config: ConnectorsConfig, clock: Clock = systemClock): Connectors {
  const connectors = new Map<ConnectorType, Connector>()
  const clients: HttpClient[] = []

  function add<T extends { readonly http: LimitSettings; readonly caFile?: string | undefined }>(
    type: ConnectorType,
    settings: T | undefined,
    create: (settings: T, parts: ConnectorParts) => Connector,
  ): void {
    if (settings === undefined) return
    const connections = settings.http.connections ?? (type === "jamf" ? jamfConnections : defaultConnections)
    const ca = settings.caFile === undefined ? undefined : readFileSync(settings.caFile, "utf8")
    const http = new HttpClient({ type, limits: { ...settings.http, connections }, ca, clock })
    clients.push(http)
    connectors.set(type, create(settings, { http, clock }))
  }

  add("intune", config.intune, createIntune)
  add("jamf", config.jamf, createJamf)
  add("sccm", config.sccm, createSccm)
  add("landscape", config.landscape, createLandscape)
  add("ansible", config.ansible, createAnsible)
  return {
    connectors,
    close: async () => {
      await Promise.all(clients.map((client) => client.close()))
    },
  }
}
