import { once } from "node:events"
import { createServer, type Server } from "node:http"
import { getRequestListener } from "@hono/node-server"
import { answerClientError, refuseTarget } from "./client-error.ts"

/** How long a client may take, and how much it may send before the app sees anything. */
export interface ListenLimits {
  /** From the connection, or the first byte of a further request, to the end of the headers. Milliseconds. */
  readonly headersTimeoutMs: number
  /** The same, to the end of the body. */
  readonly requestTimeoutMs: number
  /** How often the two are checked: what is late is closed at most this much later. */
  readonly checkIntervalMs: number
  /** A connection on which nothing moves for so long while a request is answered is cut: its client does not read. */
  readonly stallTimeoutMs: number
  readonly maxHeaderBytes: number
}

/**
 * A half-sent request is closed within 6 s; a body of 64 KiB within 5.5 s asks for 12 KiB/s. An event stream says something
 * every 15 s, and no other answer lets wait for as long.
 */
export const defaultLimits: ListenLimits = {
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 5_500,
  checkIntervalMs: 500,
  stallTimeoutMs: 30_000,
  maxHeaderBytes: 16 * 1024,
}

export interface ListenOptions {
  readonly host: string
  /** 0 takes any that is free. */
  readonly port: number
  readonly limits?: Partial<ListenLimits>
}

export interface Listening {
  readonly port: number
  /**
   * Takes no more connections, lets requests that have begun end, and cuts what is left at the deadline (ms).
   * Resolves when the last connection is closed; calling it again waits for the same end.
   */
  readonly close: (deadlineMs: number) => Promise<void>
}

/** As much of an app as is listened for. */
interface Fetches {
  readonly fetch: Parameters<typeof getRequestListener>[0]
}

/** Serves an app over HTTP. Rejects with the system's error (`code`, `address`, `port`) when the port cannot be had. */
export async function listen(app: Fetches, { host, port, limits }: ListenOptions): Promise<Listening> {
  const set = { ...defaultLimits, ...limits }
  const server = createServer(
    {
      headersTimeout: set.headersTimeoutMs,
      requestTimeout: set.requestTimeoutMs,
      connectionsCheckingInterval: set.checkIntervalMs,
      maxHeaderSize: set.maxHeaderBytes,
      requireHostHeader: false, // or Node answers by itself, without a problem; the listener refuses it too
    },
    getRequestListener(app.fetch, { errorHandler: refuseTarget }),
  )
  server.setTimeout(set.stallTimeoutMs)
  server.on("clientError", answerClientError)
  server.listen(port, host)
  await once(server, "listening")
  const closed = once(server, "close")
  return { port: portOf(server), close: (deadlineMs) => close(server, closed, deadlineMs) }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port")
  return address.port
}

/** Node closes connections that idle when asked; those that become idle afterwards are looked for this often. */
const idleCheckMs = 20

async function close(server: Server, closed: Promise<unknown>, deadlineMs: number): Promise<void> {
  server.close()
  const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs)
  const cut = setTimeout(() => server.closeAllConnections(), deadlineMs)
  try {
    await closed
  } finally {
    clearInterval(idle)
    clearTimeout(cut)
  }
}
