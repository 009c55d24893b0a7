import type { Context } from "hono"
import type { Caller, Principal } from "../lib/principal.ts"

/** What the middleware leaves for the routes. */
export interface ApiEnv {
  Variables: {
    correlationId: string
    /** Set on every route that is not open to everybody. */
    principal: Principal
  }
}

export type ApiContext = Context<ApiEnv>

/** Whom this request acts for. */
export function callerOf(c: ApiContext): Caller {
  return { principal: c.get("principal"), correlationId: c.get("correlationId") }
}
