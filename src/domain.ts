import type { Breakers } from "./breaker/breakers.ts"
import type { Connector, ConnectorType } from "./connectors/types.ts"
import type { Database } from "./db/client.ts"
import type { RingProfile } from "./rings/policy.ts"
import type { AskMetrics } from "./rings/query.ts"
import type { TaskQueue } from "./tasks/queue.ts"

/** What verbs work with; built once, in run.ts. */
export interface Domain {
  readonly db: Database
  readonly tasks: TaskQueue
  readonly connectors: ReadonlyMap<ConnectorType, Connector>
  /** Without them no back end is called: see breaker/guard.ts. */
  readonly breakers: Breakers
  /** Whose policies are in force. */
  readonly ringProfile: RingProfile
  /** Asks Prometheus for what a policy's query wants to know. */
  readonly askMetrics: AskMetrics
  /** Applications with a metrics label of their own; the rest share `other`. */
  readonly appLabelLimit: number
  /** How long an Idempotency-Key is kept, at least. */
  readonly idempotencyHours: number
}
