import { connectorTypes } from "../connectors/types.ts"
import type { Domain } from "../domain.ts"
import { rings } from "../rings/rings.ts"
import { readHealth } from "./row.ts"
import type { ConnectorView } from "./types.ts"

/** Every kind of back end there is, with what this process' configuration and the last probes say about it. */
export async function listConnectors({ db, connectors }: Pick<Domain, "db" | "connectors">): Promise<ConnectorView[]> {
  const health = await readHealth(db)
  return connectorTypes.map((type) => {
    const connector = connectors.get(type)
    if (connector === undefined) return { type, configured: false, rings: [], health: null }
    const mapped = rings.filter((ring) => connector.covers(ring))
    return { type, configured: true, rings: mapped, health: health.get(type) ?? null }
  })
}
