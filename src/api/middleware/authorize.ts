import type { MiddlewareHandler } from "hono"
import { AppError } from "../../lib/errors.ts"
import type { Role } from "../../lib/principal.ts"
import type { ApiTelemetry } from "../deps.ts"
import type { ApiEnv } from "../env.ts"
import type { ApiServices } from "../services.ts"

interface Guard {
  readonly allow: readonly Role[]
  readonly authenticate: ApiServices["authenticate"]
  readonly telemetry: Pick<ApiTelemetry, "authFailure" | "withCorrelation">
}

/** RFC 6750 §2.1; the length keeps a hash from being made over whatever is sent. */
const bearer = /^bearer +([A-Za-z0-9._~+/-]{1,512}=*)$/i

/** Lets a request through when its bearer token is valid and its role is allowed. Throws 401 and 403 problems. */
export function authorize({ allow, authenticate, telemetry }: Guard): MiddlewareHandler<ApiEnv> {
  function tokenOf(header: string | undefined): string {
    const token = bearer.exec(header ?? "")?.[1]
    if (token !== undefined) return token
    telemetry.authFailure(header === undefined ? "missing" : "malformed")
    throw new AppError("unauthenticated", "Send a token in the header Authorization: Bearer <token>.")
  }

  return async function authorize(c, next) {
    const principal = await authenticate(tokenOf(c.req.header("authorization")))
    c.set("principal", principal)
    if (!allow.includes(principal.role)) {
      telemetry.authFailure("forbidden")
      throw new AppError("forbidden", `This needs one of the roles ${allow.join(", ")}.`)
    }
    await telemetry.withCorrelation(c.get("correlationId"), principal.name, next)
  }
}
