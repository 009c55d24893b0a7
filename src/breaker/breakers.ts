import { type ConnectorType, connectorTypes } from "../connectors/types.ts"
import { Breaker, type BreakerOptions } from "./breaker.ts"
import type { BreakerSettings } from "./types.ts"

/** The circuit breakers of this process, one for each kind of back end. */
export interface Breakers {
  readonly settings: BreakerSettings
  of(type: ConnectorType): Breaker
  /** The row of this service has changed, or may have; without a name, any. */
  wake(service?: string): void
}

/** Nothing is read before the first call. A back end without a name of its own has its type's. */
export function createBreakers(options: BreakerOptions): Breakers {
  const all = Object.fromEntries(
    connectorTypes.map((type) => [type, new Breaker({ service: type, connectorType: type }, options)]),
  ) as Record<ConnectorType, Breaker>
  return {
    settings: options.settings,
    of: (type) => all[type],
    wake: (service) => {
      for (const [name, breaker] of Object.entries(all)) if (service === undefined || service === name) breaker.wake()
    },
  }
}
