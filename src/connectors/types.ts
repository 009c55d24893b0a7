import type { Ring } from "../rings/rings.ts"

/** The back ends that can be deployed through. */
export const connectorTypes = ["intune", "jamf", "sccm", "landscape", "ansible"] as const
export type ConnectorType = (typeof connectorTypes)[number]

export const connectorOperations = ["health", "deploy", "status", "rollback"] as const
export type ConnectorOperation = (typeof connectorOperations)[number]

/** What a connector is asked to bring about in one ring. */
export interface RolloutRequest {
  /** Our own reference, unique per (deployment, ring, operation): searched for before an effect of unknown outcome is repeated. */
  readonly reference: string
  readonly appName: string
  readonly version: string
  readonly ring: Ring
  /** The version to return to, for `rollback`; undefined removes the application. */
  readonly previousVersion?: string | undefined
  /** What `deploy` answered as `externalId`; undefined when it never did (its effect is then looked up by reference). */
  readonly externalId?: string | undefined
}

/** What a back end says it has done. */
export interface Effect {
  /** The vendor's own id of what was made (assignment, policy, job …). */
  readonly externalId: string
  /** True when the reference was found and nothing new was made. */
  readonly existed: boolean
}

/** Devices of one ring. `targeted` = installed + failed + pending. */
export interface DeviceCounts {
  readonly targeted: number
  readonly pending: number
  readonly installed: number
  readonly failed: number
}

/** So many devices of a ring have this version of an application; null stands for none of it. */
export interface InstalledVersion {
  readonly version: string | null
  readonly devices: number
}

/** What a back end knows of the devices themselves, whoever installed it there. */
interface Inventory {
  /** How old that may be: devices report it at intervals. Seconds; 0 where it is what `status` counts too. */
  readonly lagSeconds: number
  /** Every device of the request's ring once; of several versions on one device the requested one counts. */
  read(request: RolloutRequest, signal: AbortSignal): Promise<readonly InstalledVersion[]>
}

/** One back end. Every call takes a signal; its caller sets the deadline. Throws ConnectorError only. */
export interface Connector {
  readonly type: ConnectorType
  health(signal: AbortSignal): Promise<void>
  deploy(request: RolloutRequest, signal: AbortSignal): Promise<Effect>
  status(request: RolloutRequest, signal: AbortSignal): Promise<DeviceCounts>
  rollback(request: RolloutRequest, signal: AbortSignal): Promise<Effect>
  /** Absent where the vendor keeps what it did, and not what devices have. */
  readonly inventory?: Inventory
  /** Whether the ring maps to a grouping of the vendor's. */
  covers(ring: Ring): boolean
}

/** transient: may succeed when repeated. permanent: will not. policy: we are not allowed to. */
export const connectorErrorClasses = ["transient", "permanent", "policy"] as const
export type ConnectorErrorClass = (typeof connectorErrorClasses)[number]

/** What exactly went wrong. `refused`: by our own circuit breaker, so that nothing reached the back end. */
export const connectorErrorTypes = [
  "timeout",
  "network",
  "throttled",
  "server",
  "malformed",
  "client",
  "auth",
  "refused",
] as const
export type ConnectorErrorType = (typeof connectorErrorTypes)[number]

/** The only thing a connector throws. The message never holds a body, a header or a secret. */
export class ConnectorError extends Error {
  override readonly name = "ConnectorError"
  readonly errorClass: ConnectorErrorClass
  readonly errorType: ConnectorErrorType
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined
  /** From Retry-After, in seconds. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    errorClass: ConnectorErrorClass,
    errorType: ConnectorErrorType,
    message: string,
    details: { readonly status?: number; readonly retryAfterSeconds?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause })
    this.errorClass = errorClass
    this.errorType = errorType
    this.status = details.status
    this.retryAfterSeconds = details.retryAfterSeconds
  }
}
