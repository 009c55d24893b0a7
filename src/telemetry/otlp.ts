import { Client, credentials, type ServiceError, status } from "@grpc/grpc-js"

export type Signal = "traces" | "metrics" | "logs"

/** Where each signal is delivered. https://opentelemetry.io/docs/specs/otlp/#otlpgrpc */
const methods: Readonly<Record<Signal, string>> = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
  logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
}

/** The answers after which a request may be sent again; every other one refuses it for good. */
const retryable: ReadonlySet<number> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
])

export class ExportError extends Error {
  override readonly name = "ExportError"
  readonly retryable: boolean

  constructor(message: string, details: { readonly retryable: boolean; readonly cause?: unknown }) {
    super(message, { cause: details.cause })
    this.retryable = details.retryable
  }
}

/** Told once when the Collector stops answering and once when it answers again. */
export type ReachabilityListener = (change: "lost" | "found", detail: string) => void

/** Exports that did not arrive, by signal. */
export type ExportFailures = Record<Signal, number>

/**
 * After this many answers in a row that never came, a new connection is made: the peer may be gone without a word.
 * (Keep-alive pings would tell sooner, but servers close connections that ping more often than every five minutes.)
 */
const silencesBeforeReconnect = 3

/**
 * One gRPC connection to the Collector, shared by all signals and all providers of a process.
 * The exporters of the OpenTelemetry project keep gRPC's default of up to two minutes between attempts to connect and
 * offer no way to change it; a Collector that is back must be found within seconds.
 */
export class OtlpChannel {
  readonly failures: ExportFailures = { traces: 0, metrics: 0, logs: 0 }
  readonly #endpoint: URL
  readonly #listener: ReachabilityListener
  #client: Client
  #silences = 0
  #reachable = true
  #closed = false

  constructor(endpoint: string, listener: ReachabilityListener) {
    this.#endpoint = new URL(endpoint)
    this.#listener = listener
    this.#client = this.#connect()
  }

  /** Whether the last request was answered; true before the first one. */
  get reachable(): boolean {
    return this.#reachable
  }

  /** Sends one serialised export request. Rejects with an ExportError, at the latest after `timeoutMs`. */
  async send(signal: Signal, request: Uint8Array, timeoutMs: number): Promise<void> {
    try {
      await this.#call(methods[signal], Buffer.from(request.buffer, request.byteOffset, request.byteLength), timeoutMs)
      this.#silences = 0
      this.#tell("found", "")
    } catch (thrown) {
      this.failures[signal]++
      throw this.#judge(thrown as ServiceError)
    }
  }

  /** Cancels what is under way. */
  close(): void {
    this.#closed = true
    this.#client.close()
  }

  #connect(): Client {
    const secure = this.#endpoint.protocol === "https:"
    const address = `${this.#endpoint.hostname}:${this.#endpoint.port || (secure ? "443" : "80")}`
    return new Client(address, secure ? credentials.createSsl() : credentials.createInsecure(), {
      "grpc.initial_reconnect_backoff_ms": 250,
      "grpc.max_reconnect_backoff_ms": 2_000,
      "grpc.use_local_subchannel_pool": 1, // a new client must not be given the old one's dead connection
      "grpc.enable_retries": 0, // the buffer repeats, and counts
    })
  }

  #call(method: string, request: Buffer, timeoutMs: number): Promise<void> {
    const bytes = (buffer: Buffer): Buffer => buffer
    return new Promise((done, failed) => {
      this.#client.makeUnaryRequest(method, bytes, bytes, request, { deadline: Date.now() + timeoutMs }, (error) =>
        error === null ? done() : failed(error),
      )
    })
  }

  #judge(error: ServiceError): ExportError {
    this.#silences = error.code === status.DEADLINE_EXCEEDED ? this.#silences + 1 : 0
    if (this.#silences >= silencesBeforeReconnect && !this.#closed) {
      this.#silences = 0
      this.#client.close()
      this.#client = this.#connect()
    }
    const again = retryable.has(error.code)
    if (again) this.#tell("lost", status[error.code] ?? String(error.code))
    return new ExportError(`the Collector answered ${status[error.code]}`, { retryable: again, cause: error })
  }

  #tell(change: "lost" | "found", detail: string): void {
    const reachable = change === "found"
    if (reachable === this.#reachable || this.#closed) return
    this.#reachable = reachable
    this.#listener(change, detail)
  }
}
