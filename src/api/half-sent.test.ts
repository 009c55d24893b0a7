/** Hundreds of clients that begin and never end, against the limits as they are: they are closed, and others served meanwhile. */
import { once } from "node:events"
import { connect } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { listen } from "./listen.ts"
import { as, posted, testApp } from "./testing.ts"

const host = "127.0.0.1"
const clients = 500
const longestMs = 7_000

const head = "POST /api/v1/deployments HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer publisher-token\r\n"
const beginnings = [
  "",
  "GET /api/v1/hea",
  "GET /api/v1/rings HTTP/1.1\r\nHost: a\r\nX-Slow: 1\r\n",
  `${head}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"app`,
  `${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"app\r\n`,
]

/** Begins a request; one in two goes on with a byte now and then. Resolves when it was cut: after how many milliseconds. */
async function dawdle(port: number, index: number): Promise<number> {
  const socket = connect({ host, port })
  socket.on("error", () => {})
  await once(socket, "connect")
  const start = performance.now()
  socket.write(beginnings[index % beginnings.length] ?? "")
  const trickle = index % 2 === 0 ? undefined : setInterval(() => socket.write("1"), 500)
  socket.resume()
  await once(socket, "close")
  clearInterval(trickle)
  return performance.now() - start
}

test(`${clients} half-sent requests are closed within ${longestMs} ms, and a client that is none of them is served`, async () => {
  const server = await listen(testApp().app, { host, port: 0 })
  const url = `http://${host}:${server.port}/api/v1/deployments`
  const dawdling = Promise.all(Array.from({ length: clients }, (_, index) => dawdle(server.port, index)))
  let over = false
  const closed = dawdling.finally(() => {
    over = true
  })
  const body = { app_name: "Notepad++", version: "8.7.1", target_ring: "LAB", connector_type: "intune" }
  const statuses = new Map<number, number>()
  for (; !over; ) {
    for (const request of [fetch(url, { headers: as("viewer") }), fetch(url, posted("publisher", body))]) {
      const { status } = await request
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    await pause(20) // a client, not a load: both share this process with the server
  }
  const slowest = Math.max(...(await closed))
  assert.ok(slowest < longestMs, `${slowest} ms`)
  assert.equal([...statuses.keys()].sort(), [200, 201])
  assert.ok((statuses.get(200) ?? 0) > 20, `${statuses.get(200)} were served`)
  await server.close(0)
})

test.run()
