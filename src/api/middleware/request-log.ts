import type { MiddlewareHandler } from "hono"
import { AppError } from "../../lib/errors.ts"
import type { ApiLog } from "../deps.ts"
import type { ApiContext, ApiEnv } from "../env.ts"
import { routeTemplate } from "../route-template.ts"

/** Asked every few seconds by machines: told only to those who debug, unless something is wrong. */
const quiet = /^\/api\/v1\/(?:health|metrics)|^\/metrics/
/** Whoever sends a flood shall not fill our disk as well; it is counted. */
const tooMany = 429

/** One line per request, after its end; a failure of ours is told in the same line. */
export function requestLog(log: ApiLog): MiddlewareHandler<ApiEnv> {
  return async function requestLog(c, next) {
    const start = performance.now()
    await next()
    const fields = describe(c, performance.now() - start)
    if (c.res.status >= 500) log.error("request failed", { ...fields, error: c.error })
    else if (quiet.test(c.req.path) || c.res.status === tooMany) log.debug("request", fields)
    else log.info("request", fields)
  }
}

function describe(c: ApiContext, durationMs: number) {
  const principal = c.get("principal")
  return {
    method: c.req.method,
    route: routeTemplate(c) ?? null,
    status: c.res.status,
    duration_ms: Math.round(durationMs * 1000) / 1000,
    ...(principal ? { principal: principal.name } : {}),
    ...(c.error instanceof AppError ? { problem: c.error.kind } : {}),
  }
}
