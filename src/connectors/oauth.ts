import { z } from "zod"
import { Secret } from "../lib/secret.ts"
import { malformedError } from "./errors.ts"
import type { HttpAnswer, HttpClient } from "./http.ts"
import { TokenCache } from "./token.ts"
import { ConnectorError } from "./types.ts"

const tokenShape = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive().optional() })

/** A token endpoint that takes a form (RFC 6749): Entra ID for Graph and ConfigMgr, Jamf Pro for itself. */
export function formTokens(http: HttpClient, url: string, form: () => Readonly<Record<string, string>>): TokenCache {
  return new TokenCache(tokenText(url), async () => {
    const answer = await requestToken(http, url, {
      type: "application/x-www-form-urlencoded",
      text: new URLSearchParams(form()).toString(),
    })
    const { access_token, expires_in } = readToken(tokenShape, answer)
    return { value: new Secret(access_token), expiresInSeconds: expires_in }
  })
}

export interface TokenBody {
  readonly type: string
  readonly text: string
  readonly authorization?: Secret
}

/** Asks for a token. A 400 or 401 of a token endpoint says that the credentials are wrong, which is `policy`. */
export async function requestToken(http: HttpClient, url: string, body: TokenBody): Promise<HttpAnswer> {
  const { type, text, authorization } = body
  const answer = await http.send({
    method: "POST",
    url,
    headers: {
      accept: "application/json",
      "content-type": type,
      ...(authorization === undefined ? {} : { authorization: authorization.reveal() }),
    },
    body: text,
    // Nobody's in particular: the token is for all callers, and the client's own deadline ends the attempt.
    signal: new AbortController().signal,
  })
  if (answer.status === 400 || answer.status === 401)
    throw new ConnectorError("policy", "auth", `${answer.what} refused the credentials`, { status: answer.status })
  return http.expectOk(answer)
}

/** Throws ConnectorError (`malformed`), without a cause: that could quote the token. */
export function readToken<T>(shape: z.ZodType<T>, answer: HttpAnswer): T {
  try {
    return shape.parse(JSON.parse(answer.text))
  } catch {
    throw malformedError(answer.what)
  }
}

export const tokenText = (url: string) => `the token of ${new URL(url).host}`
