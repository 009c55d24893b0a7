import {
  type Connector,
  ConnectorError,
  type ConnectorErrorType,
  type ConnectorOperation,
  type ConnectorType,
} from "../connectors/types.ts"
import { connectorSpan, timedOperation } from "../telemetry/connector-operation.ts"
import { metrics } from "../telemetry/metrics.ts"
import { setSpanAttributes } from "../telemetry/trace.ts"
import type { Breaker, Outcome, Ticket } from "./breaker.ts"
import { BreakerOpen } from "./breaker-open.ts"
import type { Breakers } from "./breakers.ts"
import { type CountedErrorType, countedErrorTypes } from "./types.ts"

/** As much of the domain as a call needs. */
export interface Guarded {
  readonly connectors: ReadonlyMap<ConnectorType, Connector>
  readonly breakers: Breakers
}

/**
 * Calls a back end through its circuit breaker, under a deadline, as one operation span. The only way to a connector.
 * Throws ConnectorError, and BreakerOpen for a call that was not made: also where it was the one that was to find out
 * whether the back end is there again and it is not, so that nobody counts the outage's length as failures of its own.
 */
export async function guardedCall<T>(
  { connectors, breakers }: Guarded,
  type: ConnectorType,
  operation: ConnectorOperation,
  work: (connector: Connector, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const connector = connectors.get(type)
  if (connector === undefined) throw new ConnectorError("permanent", "client", `${type} is not configured`)
  const breaker = breakers.of(type)
  let probe = false
  try {
    return await connectorSpan(type, operation, async () => {
      const ticket = await breaker.admit().catch((thrown: unknown) => refused(type, thrown))
      probe = ticket.probe
      const signal = AbortSignal.timeout(Math.ceil(ticket.withinMs))
      return settled(breaker, ticket, () => timedOperation(type, operation, () => work(connector, signal)))
    })
  } catch (thrown) {
    throw probe && outcomeOf(thrown).result === "failed" ? breaker.reopened(thrown) : thrown
  }
}

/** The span says which state refused it. */
function refused(type: ConnectorType, thrown: unknown): never {
  if (thrown instanceof BreakerOpen) {
    setSpanAttributes({ "circuit_breaker.state": thrown.state })
    metrics.circuitBreakerRejected.add({ service: type, connector_type: type })
  }
  throw thrown
}

async function settled<T>(breaker: Breaker, ticket: Ticket, call: () => Promise<T>): Promise<T> {
  try {
    const value = await call()
    await breaker.settle(ticket, { result: "answered" })
    return value
  } catch (thrown) {
    await breaker.settle(ticket, outcomeOf(thrown))
    throw thrown
  }
}

/**
 * What a failure tells of the back end. Whatever it answers, it is there; without an answer only what is transient
 * speaks against it: what was refused on our side of the network says nothing.
 */
export function outcomeOf(thrown: unknown): Outcome {
  if (!(thrown instanceof ConnectorError)) return { result: "unknown" }
  const { errorType, errorClass, status } = thrown
  if (errorType === "throttled") return { result: "throttled" }
  if (errorClass === "transient" && isCounted(errorType)) return { result: "failed", errorType }
  return { result: status === undefined ? "unknown" : "answered" }
}

function isCounted(type: ConnectorErrorType): type is CountedErrorType {
  return countedErrorTypes.some((counted) => counted === type)
}
