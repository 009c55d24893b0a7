import { randomUUID } from "node:crypto"
import type { MiddlewareHandler } from "hono"
import type { ApiTelemetry } from "../deps.ts"
import type { ApiEnv } from "../env.ts"

const acceptable = /^[A-Za-z0-9_-]{1,64}$/

/**
 * Takes the caller's X-Correlation-ID when it is harmless to log and to store, else makes one; echoes it and runs the
 * rest of the request under it.
 */
export function correlationId(withCorrelation: ApiTelemetry["withCorrelation"]): MiddlewareHandler<ApiEnv> {
  return async function correlationId(c, next) {
    const sent = c.req.header("x-correlation-id")
    const id = sent !== undefined && acceptable.test(sent) ? sent : randomUUID()
    c.set("correlationId", id)
    c.header("X-Correlation-ID", id)
    await withCorrelation(id, undefined, next)
  }
}
