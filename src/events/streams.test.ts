import { once } from "node:events"
import { connect as connectSocket, type Socket } from "node:net"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { as } from "../api/testing.ts"
import { connect } from "../db/client.ts"
import { until } from "../testing.ts"
import { startEventKeeper } from "./keeper.ts"
import { EventStreams } from "./streams.ts"
import { listenTo, path, type Received, serving } from "./testing/client.ts"
import { key, subject, testEvents } from "./testing.ts"

const { url, sql, append, close } = await testEvents()
const keeper = startEventKeeper({ url, key })
const pool = connect({ url, applicationName: "api", max: 4 })

const headOf = async () => (await sql`SELECT coalesce(max(position), 0)::int AS head FROM event_positions`)[0]?.["head"]
const positioned = () => until("all have positions", async () => (await sql`SELECT FROM event_inbox`).length === 0)

test("a client that comes and goes is sent every event once and in order, while writers are at work", async () => {
  const api = await serving(pool)
  const begin = await headOf()
  let writing = true
  const writers = Promise.all(
    Array.from({ length: 2 }, async () => {
      const context = subject()
      while (writing) await append(context, "RING_STARTED", "GATE_EVALUATED")
    }),
  )
  const received: Received[] = []
  for (let visit = 1; visit <= 8; visit++) {
    const last = received.at(-1)?.id ?? begin
    const client = await listenTo(api.base, "?after=0", { "Last-Event-ID": `${last}` })
    await until("something came", () => client.events.length >= visit)
    client.hangUp()
    received.push(...client.events)
    if (visit === 7) writing = false
  }
  await writers
  await positioned()
  const rest = await listenTo(api.base, `?after=${received.at(-1)?.id}`)
  const head = await headOf()
  await until("the rest came", () => (rest.events.at(-1)?.id ?? received.at(-1)?.id) === head)
  rest.hangUp()
  const ids = [...received, ...rest.events].map(({ id }) => id)
  assert.equal(
    ids,
    ids.map((_each, index) => begin + 1 + index),
  )
  await api.stop()
})

test("a filter leaves what it names, in what was missed and in what comes", async () => {
  const api = await serving(pool)
  const [wanted, other] = [subject(), subject()]
  const after = await headOf()
  await append(wanted, "RING_STARTED")
  await positioned()
  const client = await listenTo(api.base, `?type=RING_STARTED&subject_id=${wanted.subjectId}&after=${after}`)
  await until("the missed one came", () => client.events.length === 1)
  await append(other, "RING_STARTED")
  await append(wanted, "GATE_EVALUATED", "RING_STARTED")
  await until("the new one came", () => client.events.length === 2)
  assert.equal(
    client.events.map(({ type, data }) => [type, data.subject_id, data.sequence]),
    [
      ["RING_STARTED", wanted.subjectId, 1],
      ["RING_STARTED", wanted.subjectId, 3],
    ],
  )
  client.hangUp()
  await api.stop()
})

/** A client that asks and then never reads. */
async function stalled(port: number): Promise<Socket> {
  const socket = connectSocket({ port, host: "127.0.0.1" })
  await once(socket, "connect")
  socket.pause()
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${as("viewer").Authorization}\r\n\r\n`)
  return socket
}

test("a client that does not read is dropped, and the others are sent everything in time", async () => {
  const api = await serving(pool)
  const cut: number[] = []
  const open = api.streams.open.bind(api.streams)
  api.streams.open = async (filter, after) => {
    const stream = await open(filter, after)
    stream.gone.addEventListener("abort", () => cut.push(1))
    return stream
  }
  const socket = await stalled(api.port)
  const reading = await listenTo(api.base)
  await until("both are there", () => reading.state.retry !== "")
  const big = "x".repeat(20_000)
  const context = subject()
  const before = await headOf()
  for (let n = 0; cut.length === 0 && n < 100; n++)
    await sql`SELECT append_events('deployment', ${context.subjectId}, 'p', 'c', NULL, array_fill('RING_STARTED'::text, ARRAY[100]),
      array_fill(${JSON.stringify({ big })}::text, ARRAY[100]), '{}', '{}', '{}')`
  await until("it is dropped", () => cut.length > 0, 10_000)
  const head = await until("all have positions", async () => (await positioned()) && headOf())
  await until("the other one has them all", () => reading.events.at(-1)?.id === head, 10_000)
  assert.is(reading.events.length, head - before)
  assert.equal([cut.length, reading.state.ended], [1, false])
  socket.destroy()
  reading.hangUp()
  await api.stop()
})

test("when the process stops every client is told when to come again, and no stream holds it up", async () => {
  const api = await serving(pool)
  const clients = await Promise.all([listenTo(api.base), listenTo(api.base), listenTo(api.base, "?after=0")])
  const socket = await stalled(api.port)
  await until("they listen", () => clients.every(({ state }) => state.retry !== ""))
  for (const { state } of clients) state.retry = ""
  const started = performance.now()
  await api.stop()
  assert.ok(performance.now() - started < 2_500, "the stalled one is cut after a second")
  await until("they are told", () => clients.every(({ state }) => state.ended))
  for (const { state } of clients) assert.match(state.retry, /^retry: \d+$/)
  socket.destroy()
})

test("a client hears a comment when nothing happens, and has to show its token again after a while", async () => {
  const api = await serving(pool, { idleMs: 20, longestMs: 300 })
  const client = await listenTo(api.base)
  await until("comments came", () => client.comments.length > 2)
  await until("it ended", () => client.state.ended)
  assert.equal(client.events, [])
  await api.stop()
})

test("503: beyond the bound no client is taken, until one goes", async () => {
  const api = await serving(pool, { mostClients: 1 })
  const client = await listenTo(api.base)
  const { response } = await listenTo(api.base)
  assert.equal([response.status, response.headers.get("retry-after")], [503, "5"])
  client.hangUp()
  await until("there is room", async () => {
    const next = await listenTo(api.base)
    next.hangUp()
    return next.response.ok
  })
  await api.stop()
})

test("events come although no notification is heard", async () => {
  const streams = new EventStreams(pool.db)
  const stream = await streams.open({}, undefined)
  const next = stream.next()
  const context = subject()
  await append(context, "DEPLOYMENT_CREATED")
  const events = await next
  assert.equal(Array.isArray(events) && events.map(({ subjectId }) => subjectId), [context.subjectId])
  streams.close()
  stream.close()
})

test.after(async () => {
  await keeper.close()
  await pool.close()
  await close()
})

test.run()
