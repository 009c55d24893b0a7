/** Following events: over breaks, silence and restarts; at the end on real PostgreSQL, while writers are at work. */
import { test } from "uvu"
import * as assert from "uvu/assert"
import { tokenOf } from "../api/testing.ts"
import { connect } from "../db/client.ts"
import { startEventKeeper } from "../events/keeper.ts"
import { serving } from "../events/testing/client.ts"
import { key, subject, testEvents } from "../events/testing.ts"
import { ApiError, ConnectionError, createClient, type FollowOptions } from "./index.ts"

const encoder = new TextEncoder()
const event = (id: number) => `id: ${id}\nevent: RING_STARTED\ndata: {"position":${id}}\n\n`

/** A stream that sends these pieces and ends, breaks off, or stays open without a word. */
function stream(pieces: readonly string[], then: "ends" | "breaks" | "stays" = "ends") {
  const left = [...pieces]
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const piece = left.shift()
      if (piece !== undefined) controller.enqueue(encoder.encode(piece))
      else if (then === "ends") controller.close()
      else if (then === "breaks") controller.error(new Error("socket hang up"))
      return piece === undefined && then === "stays" ? new Promise(() => {}) : undefined
    },
  })
  return new Response(body, { headers: { "Content-Type": "text/event-stream" } })
}

const problem = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ title: "Refused", status, detail: "Not now." }, { status, headers })

/** Follows what is answered one connection after the other, until so many events came; sleeping takes no time. */
async function followed(
  answers: readonly (() => Response | Error)[],
  { most = 99, ...options }: FollowOptions & { most?: number } = {},
) {
  const asked: { after: string | null; query: string }[] = []
  const slept: number[] = []
  const clock = { now: () => 0, sleep: async (ms: number) => void slept.push(ms), random: () => 0.5 }
  const fetch = async (url: string, { headers }: RequestInit) => {
    asked.push({ after: new Headers(headers).get("last-event-id"), query: new URL(url).search })
    const answer = answers[asked.length - 1]?.() ?? problem(403)
    if (answer instanceof Error) throw answer
    return answer
  }
  const positions: number[] = []
  let error: unknown
  try {
    for await (const { position } of createClient({ baseUrl: "http://api.test", fetch, clock }).events.follow(options))
      if (positions.push(position) === most) break
  } catch (thrown) {
    error = thrown
  }
  return { positions, asked, slept, error }
}

test("it begins where it is told to, and goes on behind the last event when a stream ends or breaks", async () => {
  const answers = [
    () => stream(["retry: 700\n\n", event(8), event(9)]),
    () => stream([event(10), "id: 11\nda"], "breaks"),
    () => stream([event(11)]),
  ]
  const { positions, asked, slept } = await followed(answers, { after: 7, type: "RING_STARTED", most: 4 })
  assert.equal(positions, [8, 9, 10, 11])
  assert.equal(
    asked.map(({ after }) => after),
    ["7", "9", "10"],
  )
  assert.is(asked[0]?.query, "?type=RING_STARTED")
  assert.equal(slept, [800, 800], "what the stream asked for, and a little by chance")
})

test("an id without an event moves the place too", async () => {
  const { asked } = await followed([() => stream(["id: 20\nretry: 1\n\n"]), () => stream([event(21)])], { most: 1 })
  assert.equal(
    asked.map(({ after }) => after),
    [null, "20"],
  )
})

test("a stream that falls silent is left for another; comments are signs of life", async () => {
  const silent = () => stream([event(1), ": nothing new\n\n"], "stays")
  const { positions } = await followed([silent, () => stream([event(2)])], { silenceMs: 30, most: 2 })
  assert.equal(positions, [1, 2])
})

test("an API that is away for a while is waited for, longer each time, once a stream has been open", async () => {
  const away = () => problem(503, { "Retry-After": "9999" })
  const { positions, slept } = await followed([() => stream([event(1)]), away, away, () => stream([event(2)])], {
    most: 2,
  })
  assert.equal(positions, [1, 2])
  assert.equal(slept, [1_100, 1_200, 1_400])
})

test("what refuses it ends it: a token that is good no more, or an API that was never there", async () => {
  const revoked = await followed([() => stream([event(1)]), () => problem(401)])
  assert.equal(revoked.positions, [1])
  assert.ok(revoked.error instanceof ApiError)
  const away = () => problem(503, { "Retry-After": "9999" })
  assert.ok((await followed([away])).error instanceof ApiError)
  const nobody = createClient({
    baseUrl: "http://api.test",
    fetch: () => Promise.reject(new Error("no")),
    timeoutMs: 1,
  })
  assert.ok(
    (await nobody.events
      .follow()
      .next()
      .catch((error: unknown) => error)) instanceof ConnectionError,
  )
})

const { url, append, close } = await testEvents()
const keeper = startEventKeeper({ url, key })
const pool = connect({ url, applicationName: "api", max: 4 })

test("over restarts of the API every event comes once and in order, while writers are at work", async () => {
  let api = await serving(pool)
  const fetch = (path: string, init: RequestInit) => globalThis.fetch(path.replace("http://api.test", api.base), init)
  const client = createClient({ baseUrl: "http://api.test", token: tokenOf("viewer"), fetch })
  let writing = true
  const writers = [subject(), subject()].map(async (context) => {
    while (writing) await append(context, "RING_STARTED", "GATE_EVALUATED")
  })
  const positions: number[] = []
  for await (const { position } of client.events.follow({ after: 0 })) {
    positions.push(position)
    if (positions.length === 40 || positions.length === 120) {
      await api.stop()
      api = await serving(pool)
    }
    if (positions.length === 200) break
  }
  writing = false
  await Promise.all(writers)
  assert.equal(
    positions,
    positions.map((_each, index) => 1 + index),
  )
  await api.stop()
})

test("a signal ends an open stream with its reason, and the API is let go", async () => {
  const api = await serving(pool)
  const client = createClient({ baseUrl: api.base, token: tokenOf("viewer") })
  const stop = new AbortController()
  const following = client.events.follow({ signal: stop.signal }).next()
  const reason = new Error("enough")
  setTimeout(() => stop.abort(reason), 50)
  assert.is(await following.catch((error: unknown) => error), reason)
  await api.stop()
})

test.after(async () => {
  await keeper.close()
  await pool.close()
  await close()
})

test.run()
