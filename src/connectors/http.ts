/**
 * The one HTTP client of all connectors, on undici 7: a pool per back end, deadlines for connecting, headers and body,
 * one for the whole attempt, a limit on the answer's size, no redirects, TLS verification always on.
 */
import type { Socket } from "node:net"
import { Agent, buildConnector } from "undici"
import type { Clock } from "../lib/clock.ts"
import { abortedError, classifyStatus, retryAfterSeconds, transportError, vendorCode } from "./errors.ts"
import { ConnectorError, type ConnectorType } from "./types.ts"

export interface HttpLimits {
  /** Milliseconds until a connection stands. */
  readonly connectMs: number
  /** Milliseconds from the request to the answer's headers. */
  readonly headersMs: number
  /** Milliseconds between two pieces of the body. */
  readonly bodyMs: number
  /** Milliseconds for one attempt as a whole, a body that drips included. */
  readonly totalMs: number
  readonly maxResponseBytes: number
  /** Connections to one back end at a time. */
  readonly connections: number
}

export interface HttpSettings {
  /** The back end, for messages. */
  readonly type: ConnectorType
  readonly limits: HttpLimits
  /** A certificate authority of the operator's own, in PEM. */
  readonly ca?: string | undefined
  readonly clock: Clock
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** Absolute. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** Method and path, for messages: never the query, a header or a body. */
  readonly what: string
}

export class HttpClient {
  readonly #settings: HttpSettings
  readonly #agent: Agent

  constructor(settings: HttpSettings) {
    const { limits, ca } = settings
    this.#settings = settings
    this.#agent = new Agent({
      connections: limits.connections,
      connect: connector(limits, ca),
      headersTimeout: limits.headersMs,
      bodyTimeout: limits.bodyMs,
      maxResponseSize: limits.maxResponseBytes,
      keepAliveTimeout: 30_000,
    })
  }

  /** One attempt; answers whatever the status. Throws ConnectorError: timeout, network, or an answer that is too large. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const url = new URL(request.url)
    const what = `${this.#settings.type}: ${request.method} ${url.pathname}`
    const deadline = AbortSignal.any([request.signal, AbortSignal.timeout(this.#settings.limits.totalMs)])
    if (deadline.aborted) throw abortedError(what, deadline)
    try {
      const { statusCode, headers, body } = await this.#agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: { "user-agent": "eucora-control-plane", ...request.headers },
        body: request.body ?? null,
        signal: deadline,
      })
      return { status: statusCode, headers, text: await body.text(), what }
    } catch (error) {
      throw deadline.aborted ? abortedError(what, deadline) : transportError(what, error)
    }
  }

  /** The answer when its status is 2xx. Throws ConnectorError with the class of the status and what Retry-After says. */
  expectOk(answer: HttpAnswer): HttpAnswer {
    const { status, headers, text, what } = answer
    if (status >= 200 && status < 300) return answer
    const { errorClass, errorType } = classifyStatus(status)
    const wait = retryAfterSeconds(one(headers["retry-after"]), one(headers["date"]), this.#settings.clock.nowMs())
    const code = vendorCode(text)
    throw new ConnectorError(errorClass, errorType, `${what} answered ${status}${code ? ` (${code})` : ""}`, {
      status,
      ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
    })
  }

  /** Ends every connection at once; what is still under way fails as `network`. */
  async close(): Promise<void> {
    await this.#agent.destroy()
  }
}

/** Opens connections. Verification is said aloud, so that no variable of the environment turns it off. */
function connector({ connectMs }: HttpLimits, ca: string | undefined): buildConnector.connector {
  const connect = buildConnector({
    timeout: connectMs,
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
  })
  return (options, callback) =>
    connect(options, (...result) => {
      if (result[0] === null) closeUnlessUsed(result[1])
      callback(...result)
    })
}

const unusedMs = 1_000

/**
 * undici opens a connection for a request; when one is given up after it was sent, it opens another in its place, on
 * which nothing follows and which no timer ends. It would be held until the back end closed it, and one that hangs does not.
 */
function closeUnlessUsed(socket: Socket): void {
  const timer = setTimeout(() => {
    if (socket.bytesWritten === 0) socket.destroy()
  }, unusedMs)
  timer.unref()
  socket.once("close", () => clearTimeout(timer))
}

const one = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header)
