import type { Context } from "hono"
import type { Caller, Principal } from "../lib/principal.ts"
import { toExpectedRevision } from "./schemas/etag.ts"

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

/** The same, where a deployment is acted upon: by somebody who has looked at it, if they say so. */
export function onlookerOf(c: ApiContext): Caller {
  const expected = toExpectedRevision(c.req.header("if-match"))
  return expected === undefined ? callerOf(c) : { ...callerOf(c), expected }
}
