import type { MiddlewareHandler } from "hono"
import { bodyLimit } from "hono/body-limit"
import { csrf } from "hono/csrf"
import { HTTPException } from "hono/http-exception"
import type { ApiEnv } from "../api/env.ts"
import { AppError } from "../lib/errors.ts"
import { allowedHere, type WebOperationId, webAccess } from "./access.ts"
import type { WebDeps } from "./deps.ts"
import type { Sessions } from "./session.ts"

const maxFormBytes = 64 * 1024

interface Guarding {
  readonly deps: WebDeps
  readonly sessions: Sessions
  readonly limitToken: MiddlewareHandler<ApiEnv>
}

/**
 * What a request meets before its page: where a form comes from, how long it is, who sends it, whether they may, and how
 * often.
 */
export function guards(id: WebOperationId, { deps, sessions, limitToken }: Guarding): MiddlewareHandler<ApiEnv>[] {
  const forms = webAccess[id].method === "post" ? [ownFormsOnly(deps.links.publicUrl), limitForm()] : []
  return allowedHere(id) === "everybody" ? forms : [...forms, signedIn(id, deps, sessions), limitToken]
}

/**
 * Browsers say where a form was sent from, by Sec-Fetch-Site or Origin; neither can be forged by another site, and what
 * says neither is refused. With the SameSite cookie that is two locks, and forms need no token.
 */
function ownFormsOnly(publicUrl: string): MiddlewareHandler<ApiEnv> {
  const own = new URL(publicUrl).origin
  const check = csrf({ origin: (origin, c) => origin === own || origin === new URL(c.req.url).origin })
  return async function ownFormsOnly(c, next) {
    try {
      await check(c, async () => {})
    } catch (error) {
      if (!(error instanceof HTTPException)) throw error
      throw new AppError("forbidden", "This form was not sent from a page of ours.", { cause: error })
    }
    await next()
  }
}

function limitForm(): MiddlewareHandler<ApiEnv> {
  const onError = () => {
    throw new AppError("payload_too_large", `A form must not be larger than ${maxFormBytes} bytes.`)
  }
  return bodyLimit({ maxSize: maxFormBytes, onError })
}

/** Lets a request through when its session's token is good and its role is allowed. Throws AppError. */
function signedIn(id: WebOperationId, deps: WebDeps, sessions: Sessions): MiddlewareHandler<ApiEnv> {
  const { services, telemetry } = deps
  return async function signedIn(c, next) {
    const token = sessions.tokenOf(c)
    if (token === undefined) throw new AppError("unauthenticated", "Sign in to go on.")
    const principal = await services.authenticate(token)
    c.set("principal", principal)
    const allow = allowedHere(id)
    if (!allow.includes(principal.role)) {
      telemetry.authFailure("forbidden")
      throw new AppError(
        "forbidden",
        `This needs one of the roles ${[...allow].join(", ")}; yours is ${principal.role}.`,
      )
    }
    await telemetry.withCorrelation(c.get("correlationId"), principal.name, next)
  }
}
