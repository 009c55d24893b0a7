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
 * One gRPC connection to the Collector for what waits in buffers: traces and logs, already serialised and compressed, which
 * the project's exporters do not take. They also keep gRPC's default of up to two minutes between attempts to connect and
 * offer no way to change it; a Collector that is back must be found within seconds. Metrics: see MetricExporter.
 */
export class OtlpChannel {
  readonly failures: ExportFailures = { traces: 0, metrics: 0, logs: 0 }
  readonly #endpoint: URL
  readonly #listener: ReachabilityListener
  #client: Client
  /** Signals whose last export was not answered. */
  readonly #away = new Set<Signal>()
  #silences = 0
  #closed = false

  constructor(endpoint: string, listener: ReachabilityListener) {
    this.#endpoint = new URL(endpoint)
    this.#listener = listener
    this.#client = this.#connect()
  }

  /** Whether the last export of every signal was answered; true before the first one. */
  get reachable(): boolean {
    return this.#away.size === 0
  }

  /** Sends one serialised export request. Rejects with an ExportError, at the latest after `timeoutMs`. */
  async send(signal: Signal, request: Uint8Array, timeoutMs: number): Promise<void> {
    try {
      await this.#call(methods[signal], Buffer.from(request.buffer, request.byteOffset, request.byteLength), timeoutMs)
      this.#silences = 0
      this.arrived(signal)
    } catch (thrown) {
      const error = thrown as ServiceError
      this.#replaceSilent(error)
      throw new ExportError(`the Collector answered ${status[error.code]}`, {
        retryable: this.failed(signal, error.code),
        cause: error,
      })
    }
  }

  /** An export has arrived, by this connection or another one to the same Collector. */
  arrived(signal: Signal): void {
    if (this.#away.delete(signal) && this.reachable) this.#tell("found", "")
  }

  /** An export has not arrived; `code` is gRPC's, where there was an answer. Whether the same may be sent again. */
  failed(signal: Signal, code: number | undefined): boolean {
    this.failures[signal]++
    if (code !== undefined && !retryable.has(code)) {
      this.arrived(signal) // a refusal is an answer
      return false
    }
    if (this.reachable) this.#tell("lost", status[code ?? status.UNAVAILABLE] ?? String(code))
    this.#away.add(signal)
    return true
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

  #replaceSilent(error: ServiceError): void {
    this.#silences = error.code === status.DEADLINE_EXCEEDED ? this.#silences + 1 : 0
    if (this.#silences < silencesBeforeReconnect || this.#closed) return
    this.#silences = 0
    this.#client.close()
    this.#client = this.#connect()
  }

  #tell(change: "lost" | "found", detail: string): void {
    if (!this.#closed) this.#listener(change, detail)
  }
}
