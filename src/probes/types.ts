import type { ConnectorErrorClass, ConnectorErrorType, ConnectorType } from "../connectors/types.ts"
import type { Ring } from "../rings/rings.ts"

/** What the last probe that failed came to. */
export interface ProbeFailure {
  readonly errorClass: ConnectorErrorClass
  readonly errorType: ConnectorErrorType
}

/** What probes found out about a back end. */
export interface ConnectorHealth {
  readonly healthy: boolean
  /** Since when it has been so, without a break. */
  readonly since: Date
  readonly checkedAt: Date
  /** Kept when the back end is healthy again; null while no probe has failed. */
  readonly lastFailure: ProbeFailure | null
}

/** A back end as it is served. */
export interface ConnectorView {
  readonly type: ConnectorType
  readonly configured: boolean
  /** The rings that it has a grouping for, in order; none where it is not configured. */
  readonly rings: readonly Ring[]
  /** Null while no probe has ended, and where it is not configured. */
  readonly health: ConnectorHealth | null
}
