import { AsyncLocalStorage } from "node:async_hooks"
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import { ExportError } from "./otlp.ts"

export interface BufferOptions<T> {
  /** Makes one export request of some items. */
  readonly serialize: (items: T[]) => Uint8Array
  /** Delivers it; rejects with an ExportError. */
  readonly send: (request: Uint8Array, timeoutMs: number) => Promise<void>
  /** How much may wait, in bytes as they are held. */
  readonly maxBytes: number
  /** Items of one request. */
  readonly batchSize: number
  /** How long the first item of a request waits for others. */
  readonly delayMs: number
  /** How long one request may take. */
  readonly timeoutMs: number
}

interface Batch {
  request: Uint8Array
  packed: boolean
  readonly items: number
}

const firstRetryMs = 250
const longestRetryMs = 2_000
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/**
 * Holds what could not be delivered yet: capped, counted, retried, oldest dropped first.
 *
 * While the receiver answers, items leave in batches after a short delay. While it does not, only full batches are made,
 * and what waits is compressed (0.6 µs and 50 bytes per span instead of 430), so that many minutes fit into the cap.
 */
export class RetryingBuffer<T> {
  readonly #options: BufferOptions<T>
  readonly #batches: Batch[] = []
  #items: T[] = []
  #bytes = 0
  #waiting = 0
  #dropped = 0
  /** Whether the head of `#batches` is being sent, and must not be dropped meanwhile. */
  #sending = false
  #retryMs = 0
  #timer: NodeJS.Timeout | undefined
  /** Runs what is scheduled outside of the request that happened to cause it, so that nothing is logged in its name. */
  readonly #outside = AsyncLocalStorage.snapshot()
  #closed = false
  #idle: (() => void) | undefined

  constructor(options: BufferOptions<T>) {
    this.#options = options
  }

  /** Items that wait, those being sent included. */
  get queued(): number {
    return this.#waiting + this.#items.length
  }

  /** Items given up: beyond the cap, refused for good, or left at the end. */
  get dropped(): number {
    return this.#dropped
  }

  /** Bytes held in batches. */
  get bytes(): number {
    return this.#bytes
  }

  offer(item: T): void {
    if (this.#closed) {
      this.#dropped++
      return
    }
    this.#items.push(item)
    const full = this.#items.length >= this.#options.batchSize
    if (full) this.#seal()
    if (this.#sending || this.#retryMs > 0) return
    if (full) this.#outside(() => void this.#run())
    else if (this.#timer === undefined) this.#outside(() => this.#wakeAfter(this.#options.delayMs))
  }

  /** Delivers what is left and takes no more. Resolves when all is delivered, at the latest after `deadlineMs`. */
  async close(deadlineMs: number): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    const end = performance.now() + deadlineMs
    let late: NodeJS.Timeout | undefined
    const expired = new Promise((done) => {
      late = setTimeout(done, deadlineMs)
    })
    await Promise.race([this.#deliverAll(end), expired])
    clearTimeout(late)
    this.#dropped += this.queued
    this.#batches.length = this.#items.length = this.#waiting = this.#bytes = 0
  }

  async #deliverAll(end: number): Promise<void> {
    if (this.#sending) {
      await new Promise<void>((done) => {
        this.#idle = done
      })
    }
    while (this.queued > 0 && performance.now() < end) {
      await this.#run()
      if (this.#retryMs > 0) await new Promise((done) => setTimeout(done, firstRetryMs))
    }
  }

  /** Makes one batch of the items at hand, and room for it. */
  #seal(): void {
    const items = this.#items
    this.#items = []
    const request = this.#serialize(items)
    if (request === undefined) return
    const batch = { request, packed: false, items: items.length }
    this.#batches.push(batch)
    this.#waiting += batch.items
    this.#bytes += request.length
    if (this.#retryMs > 0) this.#pack(batch)
    const oldest = this.#sending ? 1 : 0
    while (this.#bytes > this.#options.maxBytes && this.#batches.length > oldest) this.#dropped += this.#remove(oldest)
  }

  /** Undefined when there is nothing, or nothing that can be expressed: telemetry never throws into what it observes. */
  #serialize(items: T[]): Uint8Array | undefined {
    try {
      return items.length === 0 ? undefined : this.#options.serialize(items)
    } catch {
      this.#dropped += items.length
      return undefined
    }
  }

  #pack(batch: Batch): void {
    if (batch.packed) return
    this.#bytes -= batch.request.length
    batch.request = zstdCompressSync(batch.request, fast)
    batch.packed = true
    this.#bytes += batch.request.length
  }

  #remove(index: number): number {
    const batch = this.#batches.splice(index, 1)[0]
    if (batch === undefined) return 0
    this.#bytes -= batch.request.length
    this.#waiting -= batch.items
    return batch.items
  }

  #wakeAfter(ms: number): void {
    this.#timer ??= setTimeout(() => void this.#run(), ms).unref()
  }

  /** Sends until nothing is left or a request fails. Never rejects. */
  async #run(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#batches.length === 0) this.#seal()
    this.#sending = true
    for (let head = this.#batches[0]; head !== undefined; head = this.#batches[0]) {
      this.#retryMs = await this.#deliver(head)
      if (this.#retryMs > 0) break
    }
    this.#sending = false
    this.#idle?.()
    if (this.queued > 0 && !this.#closed) this.#wakeAfter(this.#retryMs || this.#options.delayMs)
  }

  /** Delivers a batch or gives it up. How long to wait before it is sent again, in ms; 0 when it need not be. */
  async #deliver(batch: Batch): Promise<number> {
    const request = batch.packed ? zstdDecompressSync(batch.request) : batch.request
    try {
      await this.#options.send(request, this.#options.timeoutMs)
      this.#remove(0)
    } catch (thrown) {
      if (thrown instanceof ExportError && thrown.retryable) {
        for (const waiting of this.#batches) this.#pack(waiting)
        return Math.min(longestRetryMs, Math.max(firstRetryMs, this.#retryMs * 2))
      }
      this.#dropped += this.#remove(0)
    }
    return 0
  }
}
