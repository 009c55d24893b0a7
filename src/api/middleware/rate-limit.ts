import type { MiddlewareHandler } from "hono"
import { AppError } from "../../lib/errors.ts"
import type { limitOf } from "../access.ts"
import type { Balance, Budget } from "../budget.ts"
import { clientAddress, type IsTrusted, partitionOf } from "../client-address.ts"
import type { ApiTelemetry, RateLimitScope } from "../deps.ts"
import type { ApiContext, ApiEnv } from "../env.ts"

type Rejected = ApiTelemetry["rateLimited"]

/** So many failed authentications use up what an address has in a window. */
const mostFailures = 200

interface AddressLimits {
  readonly limitOfPath: (path: string) => ReturnType<typeof limitOf>
  readonly budgets: Readonly<Record<Exclude<RateLimitScope, "token">, Budget>>
  readonly isTrusted: IsTrusted
  readonly rejected: Rejected
}

/**
 * What an address may ask for, whoever is there: before any token is looked at, so that wrong ones are limited too. A
 * request whose token turns out to be wrong costs more. Throws `too_many_requests`.
 */
export function limitAddress({ limitOfPath, budgets, isTrusted, rejected }: AddressLimits): MiddlewareHandler<ApiEnv> {
  return async function limitAddress(c, next) {
    const limit = limitOfPath(c.req.path)
    if (limit === "none") return next()
    const scope = limit === "monitoring" ? "monitoring" : "address"
    const key = partitionOf(clientAddress(peerOf(c.env), c.req.header("x-forwarded-for"), isTrusted))
    const budget = budgets[scope]
    tell(c, budget, await budget.take(key), () => rejected(scope))
    await next()
    if (c.res.status === 401) await budget.take(key, Math.ceil(budget.quota / mostFailures))
  }
}

/** What one token may ask for, from wherever. Runs where the principal is known. Throws `too_many_requests`. */
export function limitToken(budget: Budget, rejected: Rejected): MiddlewareHandler<ApiEnv> {
  return async function limitToken(c, next) {
    tell(c, budget, await budget.take(c.get("principal").tokenId), () => rejected("token"))
    await next()
  }
}

/** Headers of draft-ietf-httpapi-ratelimit-headers-11; each budget that a request was taken from adds its own. */
function tell(c: ApiContext, budget: Budget, left: Balance, rejected: () => void): void {
  const { name, quota, windowSeconds } = budget
  c.header("RateLimit-Policy", `"${name}";q=${quota};w=${windowSeconds}`, { append: true })
  c.header("RateLimit", `"${name}";r=${left.remaining};t=${left.resetSeconds}`, { append: true })
  if (!left.exhausted) return
  rejected()
  const detail = `More than ${quota} requests in ${windowSeconds} seconds, or their worth in wrong tokens: ${name}.`
  throw new AppError("too_many_requests", detail, { retryAfterSeconds: left.resetSeconds })
}

/** The other end of the connection; there is none where no server listens. */
function peerOf(bindings: unknown): string {
  const { incoming } = (bindings ?? {}) as { readonly incoming?: { readonly socket: { remoteAddress?: string } } }
  return incoming?.socket.remoteAddress ?? ""
}
