import type { z } from "zod"
import { Secret } from "../lib/secret.ts"
import { malformedError } from "./errors.ts"
import type { HttpAnswer, HttpClient, HttpRequest } from "./http.ts"
import type { TokenCache } from "./token.ts"

/** What a request proves who we are with: a token that can be renewed, or a header that cannot. */
export type Credentials =
  | { readonly kind: "bearer"; readonly tokens: TokenCache }
  | { readonly kind: "fixed"; readonly authorization: Secret }

export interface Call {
  readonly method?: HttpRequest["method"]
  /** Below the base, or a link that the vendor gave. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number>>
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly xml?: string
  readonly signal: AbortSignal
}

/** Authorised requests to one back end. A token that is refused is renewed once; refused again is `policy`. */
export class Session {
  readonly #http: HttpClient
  readonly #base: URL
  readonly #credentials: Credentials
  readonly #affinity: "none" | "sticky"
  readonly #cookies = new Map<string, string>()

  /**
   * `base` is the address below which paths stand; its last slash does not matter. `sticky` keeps cookies: a clustered
   * vendor (Jamf Cloud) binds a session to a node by them, and without them a read may miss our own write.
   */
  constructor(http: HttpClient, base: string, credentials: Credentials, affinity: "none" | "sticky" = "none") {
    this.#http = http
    this.#base = new URL(base.endsWith("/") ? base : `${base}/`)
    this.#credentials = credentials
    this.#affinity = affinity
  }

  /** The answer when it is 2xx. Throws ConnectorError. */
  async call(call: Call): Promise<HttpAnswer> {
    return this.#http.expectOk(await this.#authorised(call))
  }

  /** The answer's JSON when it has the shape. Throws ConnectorError; what does not have the shape is `malformed`. */
  async json<T>(shape: z.ZodType<T>, call: Call): Promise<T> {
    const answer = await this.call({ ...call, headers: { accept: "application/json", ...call.headers } })
    const parsed = shape.safeParse(parseJson(answer))
    if (parsed.success) return parsed.data
    throw malformedError(answer.what, parsed.error)
  }

  async #authorised(call: Call): Promise<HttpAnswer> {
    if (this.#credentials.kind === "fixed") return this.#send(call, this.#credentials.authorization)
    const { tokens } = this.#credentials
    const token = await tokens.get(call.signal)
    const answer = await this.#send(call, bearer(token))
    if (answer.status !== 401) return answer
    return this.#send(call, bearer(await tokens.replace(token, call.signal)))
  }

  async #send(call: Call, authorization: Secret): Promise<HttpAnswer> {
    const body = bodyOf(call)
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ")
    const answer = await this.#http.send({
      method: call.method ?? "GET",
      url: this.#url(call),
      headers: {
        authorization: authorization.reveal(),
        ...(cookie === "" ? {} : { cookie }),
        ...(body === undefined ? {} : { "content-type": body.type }),
        ...call.headers,
      },
      body: body?.text,
      signal: call.signal,
    })
    if (this.#affinity === "sticky") this.#keepCookies(answer)
    return answer
  }

  #keepCookies(answer: HttpAnswer): void {
    for (const cookie of [answer.headers["set-cookie"] ?? []].flat()) {
      const pair = /^([^=;\s]+)=([^;]*)/.exec(cookie)
      if (pair?.[1] !== undefined && pair[2] !== undefined) this.#cookies.set(pair[1], pair[2])
    }
  }

  /** A link that leads elsewhere is refused: the token would go with it. */
  #url(call: Call): string {
    const url = new URL(call.path, this.#base)
    if (url.origin !== this.#base.origin) throw malformedError(`a link to ${url.origin}`)
    return `${url.href}${queryText(call.query ?? {}, url.search)}`
  }
}

function bodyOf({ json, form, xml }: Call): { readonly type: string; readonly text: string } | undefined {
  if (json !== undefined) return { type: "application/json", text: JSON.stringify(json) }
  if (form !== undefined)
    return { type: "application/x-www-form-urlencoded", text: new URLSearchParams(form).toString() }
  return xml === undefined ? undefined : { type: "application/xml", text: xml }
}

const bearer = (token: Secret) => new Secret(`Bearer ${token.reveal()}`)

/** OData's `$` stays as it is; spaces become %20, which every vendor reads. */
function queryText(query: Readonly<Record<string, string | number>>, search: string): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  if (pairs.length === 0) return ""
  return `${search === "" ? "?" : "&"}${pairs.join("&")}`
}

/** Throws ConnectorError (`malformed`), without the parser's error: that quotes the body. */
function parseJson(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.text)
  } catch {
    throw malformedError(answer.what)
  }
}
