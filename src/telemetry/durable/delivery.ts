import { type ExportResult, ExportResultCode } from "@opentelemetry/core"
import { AggregationTemporality, type PushMetricExporter, type ResourceMetrics } from "@opentelemetry/sdk-metrics"
import type { Failures } from "./failures.ts"
import { SeriesPoint } from "./shelf.ts"

export interface DeliveryOptions {
  /** What really sends; answers within its own time limit. */
  readonly exporter: PushMetricExporter
  readonly failures: Failures
  /** Monotonic milliseconds. */
  readonly nowMs: () => number
  /** Points of one request, and all that is sent while the Collector does not answer. */
  readonly batchSize: number
}

/**
 * Between the reader and the exporter: notes what arrived. Exporters do not repeat and the reader resolves even on loss, so
 * what is not confirmed here is sent again. While the Collector is down one batch per interval asks for it; while it hangs,
 * nothing is sent until the batch under way is answered.
 */
export class Delivery implements PushMetricExporter {
  readonly #options: DeliveryOptions
  #unanswered = 0
  #failing = false

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  /** Begins an interval. How many points may be sent in it. */
  begin(): number {
    const { batchSize } = this.#options
    const room = this.#failing ? batchSize : Number.POSITIVE_INFINITY
    this.#failing = false
    return this.#unanswered > 0 ? 0 : room
  }

  /** Always answers with success: the reader would log each failure, every second; `failures` does so sparingly. */
  export(metrics: ResourceMetrics, done: (result: ExportResult) => void): void {
    const answer = () => done({ code: ExportResultCode.SUCCESS })
    if (this.#failing) {
      answer()
      return
    }
    this.#unanswered++
    this.#options.exporter.export(metrics, (result) => {
      this.#unanswered--
      this.#note(metrics, result)
      answer()
    })
  }

  selectAggregationTemporality(): AggregationTemporality {
    return AggregationTemporality.CUMULATIVE
  }

  forceFlush(): Promise<void> {
    return this.#options.exporter.forceFlush()
  }

  shutdown(): Promise<void> {
    return this.#options.exporter.shutdown()
  }

  #note(metrics: ResourceMetrics, result: ExportResult): void {
    if (result.code === ExportResultCode.SUCCESS) {
      for (const point of pointsOf(metrics)) if (point instanceof SeriesPoint) point.arrived(this.#options.nowMs())
    } else {
      this.#failing = true
      this.#options.failures.report("export", result.error)
    }
  }
}

function pointsOf({ scopeMetrics }: ResourceMetrics): readonly object[] {
  return scopeMetrics.flatMap((scope) => scope.metrics).flatMap((metric): readonly object[] => metric.dataPoints)
}
