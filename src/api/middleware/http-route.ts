import type { MiddlewareHandler } from "hono"
import type { ApiTelemetry } from "../deps.ts"
import type { ApiEnv } from "../env.ts"
import { routeTemplate } from "../route-template.ts"

/** Tells telemetry the route template; a request that matched none gets none, so that paths never become labels. */
export function httpRoute(setHttpRoute: ApiTelemetry["setHttpRoute"]): MiddlewareHandler<ApiEnv> {
  return async function httpRoute(c, next) {
    const template = routeTemplate(c)
    if (template !== undefined) setHttpRoute(template)
    await next()
  }
}
