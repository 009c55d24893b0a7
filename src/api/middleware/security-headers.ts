import type { MiddlewareHandler } from "hono"
import { secureHeaders } from "hono/secure-headers"
import type { ApiEnv } from "../env.ts"

/** For answers that no browser should render; a route that serves a page sets its own policy. */
const nothingAllowed = "default-src 'none'; frame-ancestors 'none'"

/** A year, for this host alone: whoever ends TLS decides about its subdomains. */
const onlyHttps = "max-age=31536000"

/** Headers of every answer: no sniffing, no framing, no caching. What a route has set itself stands. */
export function securityHeaders(publicUrl: string): MiddlewareHandler<ApiEnv> {
  const headers = secureHeaders({
    strictTransportSecurity: publicUrl.startsWith("https:") ? onlyHttps : false,
    xFrameOptions: "DENY",
    overwrite: false,
  })
  return async function securityHeaders(c, next) {
    await headers(c, next)
    setDefault(c.res.headers, "Content-Security-Policy", nothingAllowed)
    setDefault(c.res.headers, "Cache-Control", "no-store")
  }
}

function setDefault(headers: Headers, name: string, value: string): void {
  if (!headers.has(name)) headers.set(name, value)
}
