import { ConnectorError } from "../connectors/types.ts"
import type { BreakerStateName } from "./types.ts"

/** A call that was not made, because the back end is known to be away; nothing reached it. */
export class BreakerOpen extends ConnectorError {
  readonly state: BreakerStateName
  /** When to ask again: seconds, more than 0. */
  override readonly retryAfterSeconds: number

  constructor(service: string, state: BreakerStateName, retryAfterSeconds: number, cause?: unknown) {
    super("transient", "refused", `${service}: ${meaning[state]}`, { retryAfterSeconds, cause })
    this.state = state
    this.retryAfterSeconds = retryAfterSeconds
  }
}

const meaning: Readonly<Record<BreakerStateName, string>> = {
  CLOSED: "the circuit breaker has just closed and lets few calls through",
  OPEN: "the circuit breaker is open",
  HALF_OPEN: "the circuit breaker waits for the answer to one call",
  ISOLATED: "an operator has isolated the back end",
}
