import type { ConnectorType } from "../connectors/types.ts"
import type { Ring } from "../rings/rings.ts"

/**
 * missing: devices that had the application and have it no longer. version_mismatch: devices with another version than
 * the ring's. stuck: devices on which the roll-out does not come to an end.
 */
export const driftKinds = ["missing", "version_mismatch", "stuck"] as const
export type DriftKind = (typeof driftKinds)[number]

export const driftStates = ["open", "closed"] as const
export type DriftState = (typeof driftStates)[number]

/** Another version than the expected one, and on how many devices. */
export interface FoundVersion {
  readonly version: string
  readonly devices: number
}

/** A difference between what a completed deployment left in a ring and what the back end says is there. */
export interface Drift {
  readonly id: string
  /** The deployment that holds the ring. */
  readonly deploymentId: string
  readonly appName: string
  readonly connectorType: ConnectorType
  readonly ring: Ring
  readonly kind: DriftKind
  /** Devices it concerns, when it was last seen. */
  readonly devices: number
  readonly expectedVersion: string
  /** version_mismatch: what is there instead, the most frequent first. */
  readonly found: readonly FoundVersion[]
  readonly openedAt: Date
  readonly seenAt: Date
  /** Null while it lasts. */
  readonly closedAt: Date | null
}

/** Keyset position: `openedAt` is RFC 3339 with the database's microseconds. */
interface DriftPosition {
  readonly openedAt: string
  readonly id: string
}

export interface DriftFilter {
  readonly state?: DriftState | undefined
  readonly connectorType?: ConnectorType | undefined
  readonly appName?: string | undefined
  readonly ring?: Ring | undefined
  /** What came last on the page before. */
  readonly after?: DriftPosition | undefined
  /** 1 to 200. */
  readonly limit: number
}

/** A page, the newest first. `next` is the position to go on from; absent on the last page. */
export interface DriftPage {
  readonly items: readonly Drift[]
  readonly next?: DriftPosition
}
