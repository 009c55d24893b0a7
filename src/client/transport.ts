import { type Operations, operations } from "./api.ts"
import { ApiError, apiErrorOf, ConnectionError } from "./errors.ts"
import { type Clock, isPassing, systemClock, waitMs } from "./retry.ts"

export interface ClientOptions {
  /** Where the API is, such as `http://127.0.0.1:8000`; behind a proxy with the path that it has there. */
  readonly baseUrl: string
  /** Bearer token; only health and metrics can be asked for without. */
  readonly token?: string | undefined
  /** Stands in for the global one. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** How long a call may take in all, its repetitions included. Milliseconds, 30,000 when absent. */
  readonly timeoutMs?: number | undefined
  readonly userAgent?: string | undefined
  /** Stands in for the system's time and chance. */
  readonly clock?: Clock | undefined
}

export interface CallOptions {
  /** Ends the call: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

type OperationId = keyof typeof operations
type Input<Id extends OperationId> = Omit<Operations[Id], "answer">
type Answer<Id extends OperationId> = Operations[Id]["answer"]

interface Given {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: object
  readonly body?: unknown
}

export interface Sending extends CallOptions {
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Whether sending it twice does no more than sending it once; a GET is so anyway. */
  readonly repeatable?: true
  /** Never sent again, where the first answer is what is wanted. */
  readonly once?: true
  /** A status that is an answer although it tells of a failure. */
  readonly accepts?: number
}

export interface Transport {
  readonly clock: Clock
  /** Sends a request and reads its answer. Throws ApiError, ConnectionError, or the signal's reason. */
  request<Id extends OperationId>(id: Id, input: Input<Id>, sending?: Sending): Promise<Answered<Id>>
  /** The same of an answer that has no end: it is the caller who reads it. */
  open<Id extends OperationId>(id: Id, input: Input<Id>, sending?: Sending): Promise<Response>
}

interface Answered<Id extends OperationId> {
  readonly body: Answer<Id>
  readonly headers: Headers
}

const json = "application/json"
const defaultTimeoutMs = 30_000

/** Sends requests to one API as one principal. Throws TypeError for an address or a token that cannot be one. */
export function createTransport(options: ClientOptions): Transport {
  const { token, userAgent = "eucora-client", timeoutMs = defaultTimeoutMs, clock = systemClock } = options
  const fetch = options.fetch ?? globalThis.fetch
  const base = baseOf(options.baseUrl)
  const standing = { Authorization: token && `Bearer ${checked(token)}`, "User-Agent": userAgent }

  async function send<T>(
    id: OperationId,
    { path = {}, query = {}, body }: Given,
    sending: Sending,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const [method, template] = operations[id]
    const url = `${base}${filled(template, path)}${queryString(query)}`
    const content = body === undefined ? {} : { "Content-Type": json }
    const headers = headersOf({ ...standing, ...content, ...sending.headers })
    const init = {
      method,
      headers,
      redirect: "manual",
      ...(body !== undefined && { body: JSON.stringify(body) }),
    } as const
    const again = !sending.once && (method === "GET" || sending.repeatable === true)
    const deadline = clock.now() + timeoutMs
    for (let failures = 0; ; failures++) {
      try {
        return await attempt(url, init, { sending, withinMs: deadline - clock.now(), read })
      } catch (error) {
        if (!again || !isPassing(error)) throw error
        const wait = waitMs(error, failures, clock.random())
        if (clock.now() + wait >= deadline) throw error
        await clock.sleep(wait, sending.signal)
      }
    }
  }

  async function attempt<T>(
    url: string,
    init: RequestInit,
    { sending, withinMs, read }: { sending: Sending; withinMs: number; read: (response: Response) => Promise<T> },
  ): Promise<T> {
    sending.signal?.throwIfAborted()
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new Error(`not within ${timeoutMs} ms`)), withinMs)
    const signal = AbortSignal.any([late.signal, ...(sending.signal ? [sending.signal] : [])])
    try {
      const response = await fetch(url, { ...init, signal })
      if (!response.ok && response.status !== sending.accepts) throw await apiErrorOf(response)
      return await read(response)
    } catch (error) {
      sending.signal?.throwIfAborted()
      if (error instanceof ApiError) throw error
      throw new ConnectionError(url, error)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    clock,
    request: (id, input, sending = {}) =>
      send(id, input, sending, async (response) => ({ body: await bodyOf(response), headers: response.headers })),
    open: (id, input, sending = {}) => send(id, input, sending, async (response) => response),
  }
}

/** The one place where what came over the wire is taken for what the API says that it sends. */
async function bodyOf<Id extends OperationId>(response: Response): Promise<Answer<Id>> {
  const isJson = response.headers.get("content-type")?.startsWith(json)
  return (isJson ? await response.json() : await response.text()) as Answer<Id>
}

function baseOf(baseUrl: string): string {
  const url = URL.parse(baseUrl)
  if (!url || !["http:", "https:"].includes(url.protocol)) throw new TypeError("baseUrl is no http or https address")
  if (url.username || url.password || url.search || url.hash)
    throw new TypeError("baseUrl has more than a host, a port and a path: the token is an option of its own")
  return url.href.replace(/\/+$/, "")
}

/** An error about a header would show its value. */
function checked(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new TypeError("the token has characters that no token has")
  return token
}

function filled(template: string, path: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => segment(name, path[name] ?? ""))
}

/** Dots would lead to another path, and nothing to another operation. */
function segment(name: string, value: string): string {
  if (/^\.{0,2}$/.test(value)) throw new TypeError(`${JSON.stringify(value)} is no ${name}`)
  return encodeURIComponent(value)
}

function queryString(query: object): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value))
  return given.size === 0 ? "" : `?${given}`
}

function headersOf(values: Readonly<Record<string, string | undefined>>): Headers {
  const headers = new Headers({ Accept: "*/*" })
  for (const [name, value] of Object.entries(values)) if (value !== undefined) headers.set(name, value)
  return headers
}
