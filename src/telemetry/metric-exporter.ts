import { type ExportResult, ExportResultCode } from "@opentelemetry/core"
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-grpc"
import { AggregationTemporality, type PushMetricExporter, type ResourceMetrics } from "@opentelemetry/sdk-metrics"

export interface MetricExporterOptions {
  /** The Collector's OTLP/gRPC endpoint, as a URL. */
  readonly endpoint: string
  readonly timeoutMs: number
  /** Told of every export, whether it arrived. */
  readonly settled: (result: ExportResult) => void
}

/**
 * The project's exporter, and a new one after every export that did not arrive: gRPC waits up to two minutes between
 * attempts to connect and the exporter has no setting for that, while a Collector that is back must be found within
 * seconds. Connections are shared by their options, and a new one is told apart by its user agent.
 */
export class MetricExporter implements PushMetricExporter {
  readonly #options: MetricExporterOptions
  #exporter: OTLPMetricExporter
  #connections = 0

  constructor(options: MetricExporterOptions) {
    this.#options = options
    this.#exporter = this.#connect()
  }

  export(metrics: ResourceMetrics, done: (result: ExportResult) => void): void {
    const exporter = this.#exporter
    exporter.export(metrics, (result) => {
      if (result.code !== ExportResultCode.SUCCESS && exporter === this.#exporter) this.#reconnect()
      this.#options.settled(result)
      done(result)
    })
  }

  selectAggregationTemporality(): AggregationTemporality {
    return AggregationTemporality.CUMULATIVE
  }

  /** Nothing waits here: the reader's own flush exports. */
  async forceFlush(): Promise<void> {}

  shutdown(): Promise<void> {
    return this.#exporter.shutdown()
  }

  #connect(): OTLPMetricExporter {
    this.#connections++
    const { endpoint: url, timeoutMs: timeoutMillis } = this.#options
    return new OTLPMetricExporter({ url, timeoutMillis, userAgent: `eucora (connection ${this.#connections})` })
  }

  #reconnect(): void {
    const left = this.#exporter
    this.#exporter = this.#connect()
    left.shutdown().catch(() => {}) // nothing is under way in it
  }
}
