import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { inspect, promisify } from "node:util"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { systemClock } from "../lib/clock.ts"
import { until } from "../testing.ts"
import { listening } from "./fixtures/replay.ts"
import { HttpClient, type HttpLimits, type HttpRequest } from "./http.ts"
import { ConnectorError } from "./types.ts"

const limits: HttpLimits = {
  connectMs: 1_000,
  headersMs: 5_000,
  bodyMs: 5_000,
  totalMs: 5_000,
  maxResponseBytes: 100_000,
  connections: 4,
}

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/** Runs the work against a server that answers like `handler`; everything is closed afterwards. */
async function served<T>(
  handler: Handler,
  changed: Partial<HttpLimits>,
  work: (
    send: (request?: Partial<HttpRequest>) => ReturnType<HttpClient["send"]>,
    client: HttpClient,
    server: Server,
  ) => Promise<T>,
): Promise<T> {
  const server = createServer(handler)
  const url = await listening(server)
  const client = new HttpClient({ type: "jamf", limits: { ...limits, ...changed }, clock: systemClock })
  const signal = AbortSignal.timeout(10_000)
  const send = (request: Partial<HttpRequest> = {}) =>
    client.send({ method: "GET", url: `${url}/path?query=text`, headers: {}, signal, ...request })
  try {
    return await work(send, client, server)
  } finally {
    await client.close()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
}

async function errorOf(work: Promise<unknown>): Promise<ConnectorError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof ConnectorError) return error
  throw new Error(`no ConnectorError but ${inspect(error)}`)
}

const kind = ({ errorClass, errorType }: ConnectorError) => `${errorClass} ${errorType}`

test("an answer that never begins is a timeout", async () => {
  const error = await served(
    () => {},
    { totalMs: 200 },
    (send) => errorOf(send()),
  )
  assert.is(kind(error), "transient timeout")
  assert.is(error.message, "jamf: GET /path timed out")
})

test("a body that drips is ended by the deadline of the whole attempt", async () => {
  const drip: Handler = (_incoming, outgoing) => {
    outgoing.writeHead(200)
    const timer = setInterval(() => outgoing.write(" "), 20)
    outgoing.once("close", () => clearInterval(timer))
  }
  const error = await served(drip, { totalMs: 300 }, (send) => errorOf(send()))
  assert.is(kind(error), "transient timeout")
})

test("a caller's deadline counts too, and aborts what is under way", async () => {
  let closed = 0
  const hang: Handler = (_incoming, outgoing) => outgoing.once("close", () => (closed += 1))
  await served(hang, {}, async (send) => {
    const error = await errorOf(send({ signal: AbortSignal.timeout(100) }))
    assert.is(kind(error), "transient timeout")
    const deadline = performance.now() + 2_000
    while (closed === 0 && performance.now() < deadline) await new Promise((next) => setImmediate(next))
    assert.is(closed, 1)
  })
})

test("a signal that has fired already sends nothing", async () => {
  let received = 0
  const count: Handler = (_incoming, outgoing) => {
    received += 1
    outgoing.end()
  }
  await served(count, {}, async (send) => {
    assert.is(kind(await errorOf(send({ signal: AbortSignal.abort() }))), "transient timeout")
  })
  assert.is(received, 0)
})

test("an answer that is too large is not read to its end", async () => {
  const endless: Handler = (_incoming, outgoing) => {
    outgoing.writeHead(200)
    const more = () => {
      while (!outgoing.destroyed && outgoing.write(Buffer.alloc(64 * 1024)));
    }
    outgoing.on("drain", more)
    more()
  }
  const error = await served(endless, {}, (send) => errorOf(send()))
  assert.is(kind(error), "permanent malformed")
})

test("a redirect is not followed", async () => {
  const paths: string[] = []
  const redirect: Handler = (incoming, outgoing) => {
    paths.push(incoming.url ?? "")
    outgoing.writeHead(302, { location: "/elsewhere" }).end()
  }
  await served(redirect, {}, async (send, client) => {
    const answer = await send()
    const error = await errorOf(Promise.resolve().then(() => client.expectOk(answer)))
    assert.is(kind(error), "permanent client")
    assert.is(error.status, 302)
  })
  assert.equal(paths, ["/path?query=text"])
})

test("connections that are refused, cut or broken off are the network's fault", async () => {
  const cut: Handler = (incoming) => incoming.socket.destroy()
  assert.is(kind(await served(cut, {}, (send) => errorOf(send()))), "transient network")
  const broken: Handler = (incoming, outgoing) => {
    outgoing.writeHead(200, { "content-length": 100 })
    outgoing.write("half", () => incoming.socket.destroy())
  }
  assert.is(kind(await served(broken, {}, (send) => errorOf(send()))), "transient network")
  const gone = createServer()
  const url = await listening(gone)
  await new Promise((done) => gone.close(done))
  const refused = await served(cut, {}, (send) => errorOf(send({ url })))
  assert.is(kind(refused), "transient network")
})

test("429 says when to come again, in seconds", async () => {
  const throttle: Handler = (_incoming, outgoing) => outgoing.writeHead(429, { "retry-after": "7" }).end()
  await served(throttle, {}, async (send, client) => {
    const answer = await send()
    const error = await errorOf(Promise.resolve().then(() => client.expectOk(answer)))
    assert.equal([kind(error), error.status, error.retryAfterSeconds], ["transient throttled", 429, 7])
  })
})

test("neither the query, a header nor a body is in an error, however it is printed", async () => {
  const refuse: Handler = (_incoming, outgoing) => outgoing.writeHead(400).end('{"error":{"message":"canary-body"}}')
  await served(refuse, {}, async (send, client) => {
    const request = { headers: { authorization: "canary-header" }, body: "canary-sent", method: "POST" } as const
    const answer = await send(request)
    const error = await errorOf(Promise.resolve().then(() => client.expectOk(answer)))
    assert.not.match(`${inspect(error, { depth: 9 })} ${JSON.stringify(error)} ${error.stack}`, /canary|query=text/)
  })
})

test("connections are kept for the next request, and there are never more than allowed", async () => {
  const sockets = new Set<unknown>()
  const count: Handler = (incoming, outgoing) => {
    sockets.add(incoming.socket)
    outgoing.end("ok")
  }
  await served(count, { connections: 2 }, async (send) => {
    await Promise.all(Array.from({ length: 20 }, () => send()))
    await send()
  })
  assert.ok(sockets.size <= 2, `${sockets.size} connections`)
})

const connectionsOf = (server: Server): Promise<number> => promisify(server.getConnections.bind(server))()

for (const requests of [32, 500])
  test(`${requests} requests that hang on 32 connections all time out, and the connections are freed`, async () => {
    await served(
      () => {},
      { totalMs: 400, connections: 32 },
      async (send, _client, server) => {
        const pending = Array.from({ length: requests }, () => errorOf(send()))
        await until("all connections are in use", async () => (await connectionsOf(server)) === 32, 350)
        assert.equal(new Set((await Promise.all(pending)).map(kind)), new Set(["transient timeout"]))
        await until("nothing is left of them", async () => (await connectionsOf(server)) === 0, 3_000)
      },
    )
  })

test("a connection that is in use, or was, is kept", async () => {
  const slow: Handler = (_incoming, outgoing) => void setTimeout(() => outgoing.end("ok"), 1_500)
  await served(slow, {}, async (send, _client, server) => {
    assert.is((await send()).text, "ok")
    assert.is(await connectionsOf(server), 1)
  })
})

test("closing ends what is under way", async () => {
  await served(
    () => {},
    {},
    async (send, client) => {
      const pending = errorOf(send())
      await client.close()
      assert.is((await pending).errorClass, "transient")
    },
  )
})

test.run()
