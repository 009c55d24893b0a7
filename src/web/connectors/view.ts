import type { Problem } from "../../api/problem.ts"
import type { CircuitBreaker } from "../../breaker/types.ts"
import type { HealthReport } from "../../lib/health.ts"
import type { Principal } from "../../lib/principal.ts"
import type { ConnectorView } from "../../probes/types.ts"
import type { Form } from "../form.ts"

export const breakerActions = ["isolate", "reset"] as const
export type BreakerAction = (typeof breakerActions)[number]

/** What somebody tried to do to a breaker, as it was typed, and why it was refused. */
export interface BreakerAttempt {
  readonly action: BreakerAction
  readonly service: string
  readonly form: Form
  readonly problem: Problem
}

/** All that the page of the back ends is made from. */
export interface Connectors {
  readonly connectors: readonly ConnectorView[]
  readonly breakers: readonly CircuitBreaker[]
  readonly health: HealthReport
  readonly attempt?: BreakerAttempt | undefined
  readonly grafanaUrl: string
  readonly principal: Principal
  readonly correlationId: string
  readonly did: string | undefined
  readonly nowMs: number
}
