import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { text } from "node:stream/consumers"
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { defaultLimits, type Listening, type ListenLimits, listen } from "./listen.ts"
import { posted, problemIn, testApp } from "./testing.ts"

const host = "127.0.0.1"
const impatient: ListenLimits = {
  headersTimeoutMs: 200,
  requestTimeoutMs: 400,
  checkIntervalMs: 50,
  maxHeaderBytes: 4 * 1024,
  stallTimeoutMs: 2_000,
}
/** Where nobody sends slowly, and somebody may read slowly. */
const restless: Partial<ListenLimits> = { stallTimeoutMs: 300 }

async function serving(use: (server: Listening & { readonly url: string }) => Promise<void>, limits = impatient) {
  const server = await listen(testApp().app, { host, port: 0, limits })
  try {
    await use({ ...server, url: `http://${host}:${server.port}` })
  } finally {
    await server.close(0)
  }
}

/** Sends bytes and waits until the other side has closed: what it answered and how long that took. */
async function send({ port }: Listening, bytes: string) {
  const start = performance.now()
  const socket = connect({ host, port })
  socket.on("error", () => socket.destroy())
  socket.write(bytes)
  const answer = await text(socket)
  return { answer, status: Number(answer.slice(9, 12)), ms: performance.now() - start }
}

const halfSent = {
  "nothing at all": "",
  "half a request line": "GET /api/v1/hea",
  "headers without an end": "GET /api/v1/health/live HTTP/1.1\r\nHost: a\r\nX-Slow: 1\r\n",
  "half a body": `POST /api/v1/deployments HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer publisher-token\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"app`,
  "a chunk without an end": `POST /api/v1/deployments HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer publisher-token\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"app\r\n`,
}
for (const [what, bytes] of Object.entries(halfSent)) {
  test(`408: a client that sends ${what} is told so and closed at its limit`, async () => {
    await serving(async (server) => {
      const { status, answer, ms } = await send(server, bytes)
      assert.is(status, 408)
      assert.match(answer, "urn:eucora:problem:request-timeout")
      assert.ok(ms < 2_000, `${ms} ms`)
    })
  })
}

test("by default a half-sent request is closed within 7 seconds", () => {
  const { headersTimeoutMs, requestTimeoutMs, checkIntervalMs } = defaultLimits
  assert.ok(Math.max(headersTimeoutMs, requestTimeoutMs) + checkIntervalMs < 7_000)
})

const malformed = {
  400: [
    "this is not HTTP\r\n\r\n",
    "GET http://[ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
  ],
  431: [`GET /api/v1/health/live HTTP/1.1\r\nHost: a\r\nX-Large: ${"x".repeat(5_000)}\r\n\r\n`],
}
for (const [status, requests] of Object.entries(malformed)) {
  for (const bytes of requests) {
    test(`${status}: ${JSON.stringify(bytes.slice(0, 30))} is answered with a problem`, async () => {
      await serving(async (server) => {
        const { answer } = await send(server, bytes)
        assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `))
        assert.match(answer, /content-type: application\/problem\+json/i)
      })
    })
  }
}

test("408: a client that does not close its own side is cut all the same", async () => {
  await serving(async ({ port }) => {
    const socket = connect({ host, port, allowHalfOpen: true })
    const closed = new Promise((resolve) => socket.once("close", resolve))
    socket.on("error", () => socket.destroy())
    socket.resume()
    await once(socket, "end")
    const talking = setInterval(() => socket.write("still here"), 10)
    await closed
    clearInterval(talking)
  })
})

test("413: a body that is announced as too large is refused before it is sent", async () => {
  await serving(async (server) => {
    const head = halfSent["half a body"].replace("Content-Length: 50", "Connection: close\r\nContent-Length: 900000000")
    const { status } = await send(server, head)
    assert.is(status, 413)
  })
})

test("413: a body that is too large is refused while it is being sent, and the server goes on", async () => {
  await serving(async ({ url }) => {
    const large = posted("publisher", "x".repeat(300_000))
    assert.is((await problemIn(await fetch(`${url}/api/v1/deployments`, large))).status, 413)
    assert.is((await fetch(`${url}/api/v1/health/live`)).status, 200)
  })
})

test("a deployment is created over a real connection", async () => {
  await serving(async ({ url }) => {
    const body = { app_name: "Notepad++", version: "8.7.1", target_ring: "LAB", connector_type: "intune" }
    assert.is((await fetch(`${url}/api/v1/deployments`, posted("publisher", body))).status, 201)
  })
})

test("a port that is taken rejects with the system's code and the port", async () => {
  await serving(async ({ port }) => {
    try {
      await listen(testApp().app, { host, port })
      assert.unreachable()
    } catch (error) {
      assert.ok(error instanceof Error && "code" in error && "port" in error)
      assert.equal([error.code, error.port], ["EADDRINUSE", port])
    }
  })
})

/** An app that answers without end, and tells when nobody wants more of it. */
function endlessApp() {
  const cancelled = Promise.withResolvers<void>()
  const chunk = new Uint8Array(64 * 1024)
  const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(chunk)
  return {
    app: { fetch: () => new Response(new ReadableStream({ pull, cancel: () => cancelled.resolve() })) },
    cancelled: cancelled.promise,
  }
}

test("a client that does not read what it asked for is cut, and what was made for it is let go", async () => {
  const { app, cancelled } = endlessApp()
  const server = await listen(app, { host, port: 0, limits: restless })
  const socket = await idleConnection(server.port)
  socket.on("error", () => {})
  const start = performance.now()
  await cancelled
  const ms = performance.now() - start
  assert.ok(ms > 200 && ms < 5_000, `${ms} ms`)
  socket.destroy()
  await server.close(0)
})

test("a client that reads slowly is not cut as long as something moves", async () => {
  const { app, cancelled } = endlessApp()
  const server = await listen(app, { host, port: 0, limits: restless })
  const socket = await idleConnection(server.port)
  const start = performance.now()
  for await (const _ of socket) {
    await pause(20)
    if (performance.now() - start > 1_200) break // leaving the loop closes the socket
  }
  assert.ok(performance.now() - start > 1_200)
  await cancelled
  await server.close(0)
})

/** An app whose one request waits until it is let go. */
function waitingApp() {
  const release = Promise.withResolvers<Response>()
  const begun = Promise.withResolvers<void>()
  const app = {
    fetch: () => {
      begun.resolve()
      return release.promise
    },
  }
  return { app, begun: begun.promise, release: () => release.resolve(new Response("done")) }
}

async function idleConnection(port: number): Promise<Socket> {
  const socket = connect({ host, port })
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
  await once(socket, "connect")
  return socket
}

test("closing lets a request that has begun end, takes no new one and does not wait for keep-alive", async () => {
  const { app, begun, release } = waitingApp()
  const server = await listen(app, { host, port: 0 })
  const socket = await idleConnection(server.port)
  const answer = text(socket)
  await begun
  const start = performance.now()
  const closed = server.close(10_000)
  const refused = connect({ host, port: server.port })
  assert.is((await once(refused, "error"))[0].code, "ECONNREFUSED")
  await nextTurn()
  release()
  await closed
  assert.match(await answer, "done")
  assert.ok(performance.now() - start < 2_000)
})

test("closing cuts what has not ended by the deadline", async () => {
  const { app, begun } = waitingApp()
  const server = await listen(app, { host, port: 0 })
  const socket = await idleConnection(server.port)
  socket.on("error", () => socket.destroy())
  await begun
  await server.close(100)
  await once(socket, "close")
})

test.run()
