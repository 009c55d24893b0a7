/**
 * The closed set of what can go wrong for a caller. Each kind has one HTTP translation, in `api/problem.ts`.
 * `message` is public: it never holds SQL, a stack, a secret or someone else's data. What only we may see is the `cause`.
 */
export type ErrorKind =
  | "invalid_request"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "invalid_transition"
  | "four_eyes"
  | "already_decided"
  | "controls_required"
  | "precondition_required"
  | "precondition_failed"
  | "conflict"
  | "idempotency_mismatch"
  | "idempotency_in_flight"
  | "evidence_blocked"
  | "connector_not_configured"
  | "payload_too_large"
  | "unsupported_media_type"
  | "too_many_requests"
  | "unavailable"
  | "internal"

/** One field of a request that was refused: a JSON pointer-like path (`evidence.artifact.size`) and why. */
export interface FieldError {
  readonly field: string
  readonly message: string
}

interface ErrorDetails {
  readonly fields?: readonly FieldError[]
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/** An error that the caller is told about. Anything else that is thrown is `internal` to them. */
export class AppError extends Error {
  override readonly name = "AppError"
  readonly kind: ErrorKind
  readonly fields: readonly FieldError[]
  readonly retryAfterSeconds: number | undefined

  constructor(kind: ErrorKind, publicMessage: string, details: ErrorDetails = {}) {
    super(publicMessage, { cause: details.cause })
    this.kind = kind
    this.fields = details.fields ?? []
    this.retryAfterSeconds = details.retryAfterSeconds
  }
}
