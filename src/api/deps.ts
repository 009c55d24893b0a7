import type { Hono, MiddlewareHandler } from "hono"
import type { ApiContext, ApiEnv } from "./env.ts"
import type { Problem } from "./problem.ts"
import type { ApiServices } from "./services.ts"

/** Why a caller was turned away here; `reason` of auth.failures. What a token itself lacks is counted by who looks it up. */
type AuthFailure = "missing" | "malformed" | "forbidden"

/** Whose budget a request found exhausted; `scope` of rate_limit.rejected. */
export type RateLimitScope = "address" | "monitoring" | "token"

/** Requests in ten seconds, answered by one process; 0 limits nothing. */
export interface RateLimits {
  readonly perToken: number
  readonly perAddress: number
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
}

type LogContext = Readonly<Record<string, unknown>>

/** As much of a logger as the API needs. */
export interface ApiLog {
  debug(message: string, context: LogContext): void
  info(message: string, context: LogContext): void
  error(message: string, context: LogContext): void
}

/** Where the links of an answer lead; no slash at the end. */
export interface LinkTargets {
  /** Where callers find this API. */
  readonly publicUrl: string
  /** Jaeger's user interface. */
  readonly jaegerUrl: string
  readonly grafanaUrl: string
}

/** What telemetry does around a request; the functions of src/telemetry, handed in so that routes run without an SDK. */
export interface ApiTelemetry {
  /** Runs `work` with the correlation id, and the principal once it is known, in its log lines and spans. */
  readonly withCorrelation: <T>(correlationId: string, principal: string | undefined, work: () => T) => T
  /** Names the route template on the server span and in the HTTP metrics. */
  readonly setHttpRoute: (route: string) => void
  readonly authFailure: (reason: AuthFailure) => void
  readonly rateLimited: (scope: RateLimitScope) => void
}

/** Pages that are served beside the API. */
export interface Pages {
  readonly app: Hono<ApiEnv>
  /** A problem as a page, for those who look at one; undefined for everybody else. */
  readonly answer: (c: ApiContext, problem: Problem) => Promise<Response | undefined>
}

export interface ApiDeps {
  readonly services: ApiServices
  readonly log: ApiLog
  readonly links: LinkTargets
  /** Of the service, for the OpenAPI document. */
  readonly version: string
  /** Whether the exposition is served without a token. */
  readonly metricsOpen: boolean
  /** Largest request body; more is refused with 413. Bytes, 64 KiB when absent. */
  readonly maxBodyBytes?: number
  /** Nothing is limited when absent. */
  readonly rateLimits?: RateLimits
  /** Origins whose pages may read our answers; none when absent. */
  readonly corsOrigins?: readonly string[]
  readonly telemetry: ApiTelemetry
  /** Made of the same, with the limit of whoever is signed in; none are served when absent. */
  readonly pages?: (deps: ApiDeps, limitToken: MiddlewareHandler<ApiEnv>) => Pages
}
