import { test } from "uvu"
import * as assert from "uvu/assert"
import { ExportError } from "./otlp.ts"
import { type BufferOptions, RetryingBuffer } from "./retrying-buffer.ts"

/** Takes requests as a Collector would, or does not. */
function receiver() {
  const state = {
    received: [] as number[],
    requests: 0,
    answer: "take" as "take" | "away" | "refuse" | "hang",
  }
  const send = async (request: Uint8Array): Promise<void> => {
    state.requests++
    if (state.answer === "hang") await new Promise(() => {})
    if (state.answer !== "take") throw new ExportError("no", { retryable: state.answer === "away" })
    state.received.push(...(JSON.parse(Buffer.from(request).toString()) as { n: number }[]).map((item) => item.n))
  }
  return { state, send }
}

function bufferFor(send: BufferOptions<{ n: number }>["send"], options: Partial<BufferOptions<{ n: number }>> = {}) {
  const serialize = (items: { n: number }[]) => Buffer.from(JSON.stringify(items))
  return new RetryingBuffer({ serialize, send, maxBytes: 1e6, batchSize: 10, delayMs: 5, timeoutMs: 1_000, ...options })
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > end) throw new Error("it did not happen within 10 s")
    await new Promise((done) => setTimeout(done, 5))
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)

test("items arrive once, in order, in batches", async () => {
  const { state, send } = receiver()
  const buffer = bufferFor(send)
  for (const n of upTo(95)) buffer.offer({ n })
  assert.is(buffer.queued, 95)
  await until(() => buffer.queued === 0)
  assert.equal(state.received, upTo(95))
  assert.is(state.requests, 10)
  assert.equal([buffer.dropped, buffer.bytes], [0, 0])
})

test("a single item does not wait for others for longer than the delay", async () => {
  const { state, send } = receiver()
  const buffer = bufferFor(send)
  buffer.offer({ n: 1 })
  await until(() => state.received.length === 1)
})

test("nothing is lost while the receiver is away", async () => {
  const { state, send } = receiver()
  state.answer = "away"
  const buffer = bufferFor(send)
  for (const n of upTo(500)) buffer.offer({ n })
  await until(() => state.requests >= 3)
  assert.equal([state.received.length, buffer.queued, buffer.dropped], [0, 500, 0])
  for (const n of upTo(503).slice(500)) buffer.offer({ n })
  state.answer = "take"
  await until(() => buffer.queued === 0)
  assert.equal(state.received, upTo(503))
})

test("what waits is compressed", async () => {
  const { state, send } = receiver()
  state.answer = "away"
  const buffer = bufferFor(send, { batchSize: 1_000 })
  for (const n of upTo(10_000)) buffer.offer({ n })
  await until(() => state.requests >= 2)
  assert.ok(buffer.bytes < JSON.stringify(upTo(10_000).map((n) => ({ n }))).length / 3, `${buffer.bytes} bytes`)
  state.answer = "take"
  await until(() => buffer.queued === 0)
  assert.equal(state.received, upTo(10_000))
})

test("beyond the cap the oldest are dropped and counted, and the rest arrives", async () => {
  const { state, send } = receiver()
  state.answer = "away"
  const buffer = bufferFor(send, { maxBytes: 2_000 })
  buffer.offer({ n: 0 })
  await until(() => state.requests > 0)
  for (const n of upTo(1_000).slice(1)) buffer.offer({ n })
  assert.ok(buffer.bytes <= 2_000, `${buffer.bytes} bytes`)
  assert.ok(buffer.dropped > 0)
  assert.is(buffer.queued + buffer.dropped, 1_000)
  state.answer = "take"
  await until(() => buffer.queued === 0)
  assert.equal(state.received, upTo(1_000).slice(buffer.dropped))
})

test("a request that is refused for good is dropped, counted, and blocks nobody", async () => {
  const { state, send } = receiver()
  state.answer = "refuse"
  const buffer = bufferFor(send)
  for (const n of upTo(10)) buffer.offer({ n })
  await until(() => buffer.dropped === 10)
  state.answer = "take"
  buffer.offer({ n: 10 })
  await until(() => state.received.length === 1)
  assert.is(buffer.dropped, 10)
})

test("what cannot be serialised is counted and does not disturb the one who offers it", async () => {
  const { send } = receiver()
  const serialize = (): Uint8Array => {
    throw new Error("no")
  }
  const buffer = bufferFor(send, { serialize })
  for (const n of upTo(10)) buffer.offer({ n })
  assert.equal([buffer.queued, buffer.dropped], [0, 10])
})

test("closing delivers what is left, and takes no more", async () => {
  const { state, send } = receiver()
  const buffer = bufferFor(send, { delayMs: 60_000 })
  for (const n of upTo(25)) buffer.offer({ n })
  await buffer.close(5_000)
  assert.equal(state.received, upTo(25))
  buffer.offer({ n: 25 })
  assert.equal([buffer.queued, buffer.dropped], [0, 1])
})

test("closing tries again until the deadline", async () => {
  const { state, send } = receiver()
  const buffer = bufferFor(send, { delayMs: 60_000 })
  buffer.offer({ n: 1 })
  state.answer = "away"
  const closed = buffer.close(5_000)
  await until(() => state.requests > 0)
  state.answer = "take"
  await closed
  assert.equal([state.received, buffer.dropped], [[1], 0])
})

test("closing ends at the deadline when the receiver hangs, and counts what is lost", async () => {
  const { state, send } = receiver()
  state.answer = "hang"
  const buffer = bufferFor(send)
  for (const n of upTo(25)) buffer.offer({ n })
  const start = performance.now()
  await buffer.close(200)
  const took = performance.now() - start
  assert.ok(took >= 190 && took < 1_000, `${took} ms`)
  assert.equal([buffer.queued, buffer.dropped], [0, 25])
})

test.run()
