import { listen } from "../../api/listen.ts"
import { as, testApp } from "../../api/testing.ts"
import type { DatabaseClient } from "../../db/client.ts"
import { listenForPositions } from "../position.ts"
import { EventStreams, type StreamOptions } from "../streams.ts"

export const path = "/api/v1/events/stream"

export interface Received {
  readonly id: number
  readonly type: string
  readonly data: { readonly subject_id: string; readonly sequence: number }
  readonly atMs: number
}

/** An api process that serves streams over HTTP, woken as it is in production. */
export async function serving(client: DatabaseClient, options: StreamOptions = {}) {
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
export async function listenTo(base: string, query = "", headers: Readonly<Record<string, string>> = {}) {
  const hangUp = new AbortController()
  const response = await fetch(base + path + query, { headers: { ...as("viewer"), ...headers }, signal: hangUp.signal })
  const events: Received[] = []
  const comments: string[] = []
  const state = { ended: false, retry: "" }
  const take = (block: string) => {
    if (block.startsWith(":")) comments.push(block)
    else if (block.includes("retry:")) state.retry = block
    else {
      const [id = "", type = "", data = ""] = block.split("\n").map((line) => line.replace(/^\w+: /, ""))
      events.push({ id: Number(id), type, data: JSON.parse(data), atMs: performance.now() })
    }
  }
  void (async () => {
    let text = ""
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (text + chunk).split("\n\n")
      text = blocks.pop() ?? ""
      for (const block of blocks) take(block)
    }
    state.ended = true
  })().catch(() => (state.ended = true))
  return { response, events, comments, state, hangUp: () => hangUp.abort() }
}
