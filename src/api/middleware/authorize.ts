import type { MiddlewareHandler } from "hono"
import { AppError } from "../../lib/errors.ts"
import type { Role } from "../../lib/principal.ts"
import type { ApiTelemetry } from "../deps.ts"
import type { ApiEnv } from "../env.ts"
import type { ApiServices } from "../services.ts"

/** RFC 6750 §2.1; the length keeps a hash from being made over whatever is sent. */
const bearer = /^bearer +([A-Za-z0-9._~+/-]{1,512}=*)$/i

/** Lets a request through when its bearer token is good, and goes on in its person's name. Throws a 401 problem. */
export function authenticated(
  authenticate: ApiServices["authenticate"],
  { authFailure, withCorrelation }: Pick<ApiTelemetry, "authFailure" | "withCorrelation">,
): MiddlewareHandler<ApiEnv> {
  function tokenOf(header: string | undefined): string {
    const token = bearer.exec(header ?? "")?.[1]
    if (token !== undefined) return token
    authFailure(header === undefined ? "missing" : "malformed")
    throw new AppError("unauthenticated", "Send a token in the header Authorization: Bearer <token>.")
  }

  return async function authenticated(c, next) {
    const principal = await authenticate(tokenOf(c.req.header("authorization")))
    c.set("principal", principal)
    await withCorrelation(c.get("correlationId"), principal.name, next)
  }
}

/** Lets a request through when its principal has one of the roles. Throws a 403 problem. */
export function allowOnly(
  roles: readonly Role[],
  { authFailure }: Pick<ApiTelemetry, "authFailure">,
): MiddlewareHandler<ApiEnv> {
  return async function allowOnly(c, next) {
    if (!roles.includes(c.get("principal").role)) {
      authFailure("forbidden")
      throw new AppError("forbidden", `This needs one of the roles ${roles.join(", ")}.`)
    }
    await next()
  }
}
