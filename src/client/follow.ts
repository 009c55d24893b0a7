import type { PositionedEvent, StreamEventsQuery } from "./api.ts"
import { backoffMs, isPassing } from "./retry.ts"
import { EventStreamParser } from "./sse.ts"
import type { CallOptions, Transport } from "./transport.ts"

export interface FollowOptions extends StreamEventsQuery, CallOptions {
  /** After that long without a sign of life the stream is opened anew; the API gives one every 15 s. Milliseconds. */
  readonly silenceMs?: number | undefined
}

const defaultSilenceMs = 45_000
/** Between two streams, until one has said how long. */
const defaultRetryMs = 1_000

/**
 * Events as they happen, each once and in order: whenever the stream ends or breaks it is opened anew behind what was
 * received last. Rejects when it cannot be opened a first time, when the API refuses it (ApiError), and with the signal's
 * reason.
 */
export async function* follow(transport: Transport, options: FollowOptions): AsyncGenerator<PositionedEvent, void> {
  const { signal, silenceMs = defaultSilenceMs, after, ...query } = options
  const { clock } = transport
  let last = after === undefined ? undefined : String(after)
  let retryMs = defaultRetryMs
  for (let [begun, failures] = [false, 0]; ; failures++) {
    const parser = new EventStreamParser()
    try {
      const headers = { Accept: "text/event-stream", "Last-Event-ID": last }
      const response = await transport.open("streamEvents", { query }, { signal, headers })
      begun = true
      for await (const piece of piecesOf(response, { signal, silenceMs })) {
        failures = 0
        for (const { id, data } of parser.push(piece)) {
          last = id
          yield JSON.parse(data)
        }
        last = parser.lastId || last
      }
    } catch (error) {
      if (!begun || !isPassing(error)) throw error
    }
    signal?.throwIfAborted()
    retryMs = parser.retryMs ?? retryMs
    await clock.sleep(retryMs + backoffMs(failures, clock.random()), signal)
  }
}

/** What comes until the stream ends, breaks, falls silent or is no longer wanted. */
async function* piecesOf(
  response: Response,
  { signal, silenceMs }: { signal: AbortSignal | undefined; silenceMs: number },
): AsyncGenerator<Uint8Array, void> {
  const reader = response.body?.getReader()
  if (!reader) return
  const stop = () => void reader.cancel().catch(ended)
  signal?.addEventListener("abort", stop)
  try {
    for (;;) {
      const silence = setTimeout(stop, silenceMs)
      const { done, value } = await reader.read().catch(ended)
      clearTimeout(silence)
      if (done) return
      yield value
    }
  } finally {
    signal?.removeEventListener("abort", stop)
    stop()
  }
}

/** A stream that breaks has ended: it is opened anew either way. */
const ended = () => ({ done: true, value: undefined }) as const
