export interface ServerSentEvent {
  readonly id: string
  readonly type: string
  readonly data: string
}

/** Reads a text/event-stream as https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream says. */
export class EventStreamParser {
  /** What the stream asks to wait before it is opened anew. Milliseconds. */
  retryMs: number | undefined
  /** Position that has been reached, also by an id without an event. */
  lastId = ""
  readonly #decoder = new TextDecoder()
  #rest = ""
  #afterCr = false
  #id = ""
  #type = ""
  #data: string[] = []

  /** The events that a further piece completes, however the stream was cut. */
  push(bytes: Uint8Array): ServerSentEvent[] {
    return this.#lines(this.#decoder.decode(bytes, { stream: true })).flatMap((line) => this.#take(line))
  }

  /** A line ends with CR, LF, or both; the LF may come with the next piece. */
  #lines(decoded: string): string[] {
    if (decoded === "") return []
    const text = this.#afterCr && decoded.startsWith("\n") ? decoded.slice(1) : decoded
    this.#afterCr = text.endsWith("\r")
    const lines = (this.#rest + text).split(/\r\n|\n|\r/)
    this.#rest = lines.pop() ?? ""
    return lines
  }

  #take(line: string): ServerSentEvent[] {
    if (line === "") return this.#dispatch()
    const colon = line.indexOf(":")
    if (colon === 0) return [] // a comment
    const name = colon === -1 ? line : line.slice(0, colon)
    this.#field(name, colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, ""))
    return []
  }

  #field(name: string, value: string): void {
    if (name === "event") this.#type = value
    else if (name === "data") this.#data.push(value)
    else if (name === "id" && !value.includes("\0")) this.#id = value
    else if (name === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value)
  }

  #dispatch(): ServerSentEvent[] {
    const [type, data] = [this.#type || "message", this.#data]
    this.lastId = this.#id
    this.#type = ""
    this.#data = []
    return data.length === 0 ? [] : [{ id: this.lastId, type, data: data.join("\n") }]
  }
}
