import type { MiddlewareHandler } from "hono"
import { cors } from "hono/cors"
import { access, operationIds } from "../access.ts"
import type { ApiEnv } from "../env.ts"

const methods = [...new Set(operationIds.map((id) => access[id].method.toUpperCase()))]
const sent = [
  "Authorization",
  "Content-Type",
  "Idempotency-Key",
  "If-Match",
  "If-None-Match",
  "Last-Event-ID",
  "X-Correlation-ID",
]
const exposed = [
  "ETag",
  "Idempotency-Replayed",
  "Link",
  "Location",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "X-Correlation-ID",
]

/**
 * Lets pages of these origins, and no others, read what we answer, and answers their preflights. Never with cookies: who
 * calls from elsewhere shows a token.
 */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler<ApiEnv> {
  const allow = cors({
    origin: [...origins],
    allowMethods: ["HEAD", ...methods],
    allowHeaders: sent,
    exposeHeaders: exposed,
    maxAge: 600,
  })
  return async function crossOrigin(c, next) {
    if (origins.includes(c.req.header("origin") ?? "")) return allow(c, next)
    await next()
    c.header("Vary", "Origin", { append: true })
    return undefined
  }
}
