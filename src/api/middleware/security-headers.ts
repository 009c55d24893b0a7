import type { MiddlewareHandler } from "hono"
import { secureHeaders } from "hono/secure-headers"
import type { ApiEnv } from "../env.ts"

/** For answers that no browser should render; a route that serves a page sets its own policy. */
const nothingAllowed = "default-src 'none'; frame-ancestors 'none'"

/** Headers of every answer: no sniffing, no framing, no caching unless the route says otherwise. */
export function securityHeaders(): MiddlewareHandler<ApiEnv> {
  // Whoever ends TLS decides about HSTS: from here it would bind all of the host's subdomains.
  const headers = secureHeaders({ strictTransportSecurity: false, xFrameOptions: "DENY" })
  return async function securityHeaders(c, next) {
    await headers(c, next)
    setDefault(c.res.headers, "Content-Security-Policy", nothingAllowed)
    setDefault(c.res.headers, "Cache-Control", "no-store")
  }
}

function setDefault(headers: Headers, name: string, value: string): void {
  if (!headers.has(name)) headers.set(name, value)
}
