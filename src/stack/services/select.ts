import type { StackConfig } from "../config.ts"
import { ownServices } from "./own.ts"
import type { Service } from "./service.ts"
import { telemetryServices } from "./telemetry.ts"

/** Every process of the stack, in the order in which they are shown. */
export function allServices(config: StackConfig): readonly Service[] {
  return [...ownServices(config), ...telemetryServices(config)]
}

/**
 * Those that are named, by name or group, and what they need to start; all without `only`.
 * Throws an Error for a name that is none.
 */
export function select(services: readonly Service[], only?: readonly string[]): readonly Service[] {
  if (only === undefined) return services
  const wanted = new Set<Service>()
  for (const name of only) {
    const named = services.filter((service) => service.name === name || service.group === name)
    if (named.length === 0) throw new Error(`there is no part ${name}; parts are ${groups(services).join(", ")}`)
    for (const service of named) addWithNeeds(service, services, wanted)
  }
  return services.filter((service) => wanted.has(service))
}

function addWithNeeds(service: Service, services: readonly Service[], wanted: Set<Service>): void {
  wanted.add(service)
  for (const needed of services.filter((each) => service.needs.includes(each.group))) {
    addWithNeeds(needed, services, wanted)
  }
}

export function groups(services: readonly Service[]): readonly string[] {
  return [...new Set(services.map((service) => service.group))]
}
