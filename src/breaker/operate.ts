import { connectorTypes } from "../connectors/types.ts"
import type { Domain } from "../domain.ts"
import { AppError } from "../lib/errors.ts"
import type { Caller } from "../lib/principal.ts"
import { applyInput } from "./change.ts"
import { served } from "./list.ts"
import type { BreakerKey } from "./row.ts"
import type { BreakerInput } from "./transition.ts"
import type { CircuitBreaker } from "./types.ts"

/** Takes a back end out of service: no call is let through before a reset. Throws AppError `not_found`. */
export function isolateBreaker(domain: Domain, caller: Caller, service: string, reason: string) {
  return operate(domain, caller, service, { kind: "isolate", reason })
}

/** Closes a breaker, whatever its state; few calls are let through at first. Throws AppError `not_found`. */
export function resetBreaker(domain: Domain, caller: Caller, service: string, reason: string) {
  return operate(domain, caller, service, { kind: "reset", reason })
}

/** What a person does is written down each time, whether or not the state changes by it. */
async function operate(domain: Domain, caller: Caller, service: string, input: BreakerInput): Promise<CircuitBreaker> {
  const { db, breakers } = domain
  const key = keyOf(domain, service)
  const { principal, correlationId } = caller
  const { after } = await applyInput(db, key, breakers.settings, input, {
    principal: principal.name,
    correlationId,
  })
  return served(db, after, breakers.settings)
}

/** Only a back end that is configured has a breaker to speak of. */
function keyOf({ connectors }: Domain, service: string): BreakerKey {
  const connectorType = connectorTypes.find((type) => type === service && connectors.has(type))
  if (connectorType === undefined) throw new AppError("not_found", `There is no circuit breaker ${service}.`)
  return { service, connectorType }
}
