import { once } from "node:events"
import { connect as connectSocket, type Socket } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { listen } from "../api/listen.ts"
import { as, problemIn, testApp } from "../api/testing.ts"
import { connect } from "../db/client.ts"
import { until } from "../testing.ts"
import { startEventKeeper } from "./keeper.ts"
import { listenForPositions } from "./position.ts"
import { EventStreams, type StreamOptions } from "./streams.ts"
import { key, subject, testEvents } from "./testing.ts"

const { url, db, sql, append, close } = await testEvents()
const keeper = startEventKeeper({ url, key })
const client = connect({ url, applicationName: "api", max: 4 })
const path = "/api/v1/events/stream"

interface Received {
  readonly id: number
  readonly type: string
  readonly data: { readonly subject_id: string; readonly sequence: number }
  readonly atMs: number
}

/** An api process that serves streams over HTTP, woken as it is in production. */
async function serving(options: StreamOptions = {}) {
  const streams = new EventStreams(client.db, options)
  await listenForPositions(client.sql, streams.wake)
  const { app } = testApp({ streamEvents: (filter, after) => streams.open(filter, after) })
  const listening = await listen(app, { host: "127.0.0.1", port: 0 })
  return {
    streams,
    base: `http://127.0.0.1:${listening.port}`,
    port: listening.port,
    stop: async () => {
      streams.close()
      await listening.close(5_000)
    },
  }
}

/** A client that collects what it is sent, until it hangs up or the stream ends. */
async function listenTo(base: string, query = "", headers: Readonly<Record<string, string>> = {}) {
  const hangUp = new AbortController()
  const response = await fetch(base + path + query, { headers: { ...as("viewer"), ...headers }, signal: hangUp.signal })
  const events: Received[] = []
  const comments: string[] = []
  const state = { ended: false, retry: "" }
  void (async () => {
    let text = ""
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (text + chunk).split("\n\n")
      text = blocks.pop() ?? ""
      for (const block of blocks) take(block)
    }
    state.ended = true
  })().catch(() => (state.ended = true))
  const take = (block: string) => {
    if (block.startsWith(":")) comments.push(block)
    else if (block.startsWith("retry:")) state.retry = block
    else {
      const [id = "", type = "", data = ""] = block.split("\n").map((line) => line.replace(/^\w+: /, ""))
      events.push({ id: Number(id), type, data: JSON.parse(data), atMs: performance.now() })
    }
  }
  return { response, events, comments, state, hangUp: () => hangUp.abort() }
}

const headOf = async () => (await sql`SELECT coalesce(max(position), 0)::int AS head FROM event_positions`)[0]?.["head"]
const positioned = () => until("all have positions", async () => (await sql`SELECT FROM event_inbox`).length === 0)

test("from commit to client it takes at most 300 ms for 95 of 100 events", async () => {
  const api = await serving()
  const client = await listenTo(api.base)
  await until("it listens", () => client.state.retry !== "")
  await append(subject(), "DEPLOYMENT_CREATED")
  await until("it is live", () => client.events.length === 1)
  const committed = new Map<string, number>()
  for (let n = 0; n < 250; n++) {
    const context = subject()
    await append(context, "DEPLOYMENT_CREATED")
    committed.set(context.subjectId, performance.now())
    await pause(n % 25) // at any moment between two looks of the keeper
  }
  await until("all arrived", () => client.events.length === 251)
  const times = client.events.slice(1).map(({ data, atMs }) => atMs - (committed.get(data.subject_id) ?? Number.NaN))
  const sorted = times.sort((a, b) => a - b)
  const [p50 = Number.NaN, p95 = Number.NaN] = [sorted[125], sorted[237]]
  console.log(`commit → client: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, of ${times.length}`)
  assert.ok(p95 <= 300, `${p95} ms`)
  client.hangUp()
  await api.stop()
})

test("a client that comes and goes is sent every event once and in order, while writers are at work", async () => {
  const api = await serving()
  const begin = await headOf()
  let writing = true
  const writers = Promise.all(
    Array.from({ length: 4 }, async () => {
      const context = subject()
      while (writing) await append(context, "RING_STARTED", "GATE_EVALUATED")
    }),
  )
  const received: Received[] = []
  for (let visit = 1; visit <= 12; visit++) {
    const last = received.at(-1)?.id ?? begin
    const client = await listenTo(api.base, "?after=0", { "Last-Event-ID": `${last}` })
    await until("something came", () => client.events.length >= visit)
    client.hangUp()
    received.push(...client.events)
    if (visit === 11) writing = false
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
  const api = await serving()
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
  const api = await serving()
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
  const api = await serving()
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
  const api = await serving({ idleMs: 20, longestMs: 300 })
  const client = await listenTo(api.base)
  await until("comments came", () => client.comments.length > 2)
  await until("it ended", () => client.state.ended)
  assert.equal(client.events, [])
  await api.stop()
})

test("503: beyond the bound no client is taken, until one goes", async () => {
  const api = await serving({ mostClients: 1 })
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
  const [refused] = await Promise.all([testApp().app.request(path)])
  assert.is((await problemIn(refused)).status, 401)
})

test("events come although no notification is heard", async () => {
  const streams = new EventStreams(client.db)
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
  await client.close()
  await close()
})

test.run()
