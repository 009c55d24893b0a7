import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto"
import { deleteCookie, getCookie, setCookie } from "hono/cookie"
import { z } from "zod"
import type { ApiContext } from "../api/env.ts"
import type { Clock } from "../lib/clock.ts"
import type { Secret } from "../lib/secret.ts"

/** However good the token stays: after that long it has to be shown again. Seconds. */
export const sessionSeconds = 12 * 3_600

const algorithm = "aes-256-gcm"
const nonceBytes = 12
const tagBytes = 16
const content = z.object({ token: z.string(), until: z.number() })

export interface SessionOptions {
  readonly key: Secret
  readonly clock: Clock
  /** Whether browsers reach us by HTTPS: the cookie is then sent by nothing else. */
  readonly secure: boolean
}

/**
 * The session is the token, sealed into a cookie: nothing is kept here, every process can open it, and what lies in the
 * browser is no token that could be sent to the API. Each request shows the token to `authenticate`, so that a session
 * ends with its token.
 */
export class Sessions {
  readonly #key: Buffer
  readonly #options: SessionOptions
  readonly #cookie: string

  constructor(options: SessionOptions) {
    this.#options = options
    this.#key = Buffer.from(hkdfSync("sha256", options.key.reveal(), "", "eucora web session", 32))
    // The prefix keeps other hosts of the domain, and pages without TLS, from setting it.
    this.#cookie = options.secure ? "__Host-eucora_session" : "eucora_session"
  }

  begin(c: ApiContext, token: string): void {
    const { clock, secure } = this.#options
    const text = JSON.stringify({ token, until: clock.nowMs() + sessionSeconds * 1_000 })
    setCookie(c, this.#cookie, this.#seal(text), { ...attributes, secure, maxAge: sessionSeconds })
  }

  /** The token of the request's session; undefined when there is none, or none that we sealed, or its time is over. */
  tokenOf(c: ApiContext): string | undefined {
    const cookie = getCookie(c, this.#cookie)
    const opened = cookie === undefined ? undefined : this.#open(cookie)
    if (opened === undefined) return undefined
    const { token, until } = content.parse(JSON.parse(opened))
    return this.#options.clock.nowMs() < until ? token : undefined
  }

  /** Takes the session's cookie away, where there is one: it is not sent along from elsewhere, and is good all the same. */
  end(c: ApiContext): void {
    if (getCookie(c, this.#cookie) === undefined) return
    deleteCookie(c, this.#cookie, { ...attributes, secure: this.#options.secure })
  }

  #seal(text: string): string {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv(algorithm, this.#key, nonce)
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url")
  }

  #open(sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, "base64url")
    if (bytes.length <= nonceBytes + tagBytes) return undefined
    const decipher = createDecipheriv(algorithm, this.#key, bytes.subarray(0, nonceBytes))
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
    try {
      return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, "utf8") + decipher.final("utf8")
    } catch {
      return undefined // not sealed by this key: whoever comes with it is not signed in
    }
  }
}

const attributes = { path: "/", httpOnly: true, sameSite: "Strict" } as const
