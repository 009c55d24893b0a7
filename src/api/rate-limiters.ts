import type { MiddlewareHandler } from "hono"
import { limitOf, operationIds, routingPaths } from "./access.ts"
import { Budget } from "./budget.ts"
import { trustedProxies } from "./client-address.ts"
import type { ApiDeps, RateLimitScope } from "./deps.ts"
import type { ApiEnv } from "./env.ts"
import { limitAddress, limitToken } from "./middleware/rate-limit.ts"

/** Both limits of one process: the address's for every request, the token's where a principal is known. */
export interface Limiters {
  readonly address: MiddlewareHandler<ApiEnv>
  readonly token: MiddlewareHandler<ApiEnv>
}

/** Nobody scrapes or asks for the report as often as a client works, and each time asks other parts in turn. */
const monitoringShare = 10

const unlimited: MiddlewareHandler<ApiEnv> = (_c, next) => next()

/** The limits as they are configured; one of 0, or none at all, limits nothing. */
export function rateLimiters({ rateLimits, telemetry }: Pick<ApiDeps, "rateLimits" | "telemetry">): Limiters {
  const { perToken, perAddress, trustedProxies: proxies } = rateLimits ?? nothing
  const rejected = telemetry.rateLimited
  const budget = (name: RateLimitScope, quota: number) => new Budget({ name, quota })
  const monitoring = budget("monitoring", Math.ceil(perAddress / monitoringShare))
  const budgets = { address: budget("address", perAddress), monitoring }
  const isTrusted = trustedProxies(proxies)
  return {
    address: perAddress === 0 ? unlimited : limitAddress({ limitOfPath, budgets, isTrusted, rejected }),
    token: perToken === 0 ? unlimited : limitToken(budget("token", perToken), rejected),
  }
}

const nothing = { perToken: 0, perAddress: 0, trustedProxies: [] }

const limits = new Map(operationIds.flatMap((id) => routingPaths(id).map((path) => [path, limitOf(id)] as const)))

/** Paths without parameters alone differ from the usual. */
const limitOfPath = (path: string) => limits.get(path) ?? "usual"
