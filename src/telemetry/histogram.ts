import { type Attributes, ValueType } from "@opentelemetry/api"
import { hrTime } from "@opentelemetry/core"
import { emptyResource } from "@opentelemetry/resources"
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics"
import type { ProcessInstrument } from "./instruments.ts"

/** Series of one instrument at most; what comes after them shares one. */
const maxSeries = 1_000
/** https://opentelemetry.io/docs/specs/otel/metrics/sdk/#overflow-attribute */
const overflow: Attributes = { "otel.metric.overflow": true }

/** One series, to be kept where it is needed often: its labels are looked up once, and a recording costs an addition. */
export class Series {
  readonly #attributes: Attributes
  readonly #startTime = hrTime()
  readonly #boundaries: number[]
  readonly #counts: number[]
  #count = 0
  #sum = 0

  constructor(attributes: Attributes, boundaries: number[]) {
    this.#attributes = attributes
    this.#boundaries = boundaries
    this.#counts = new Array<number>(boundaries.length + 1).fill(0)
  }

  /** Adds a value; what is no finite number is not one. */
  record(value: number): void {
    if (!Number.isFinite(value)) return
    const above = this.#boundaries.findIndex((bound) => value <= bound)
    const bucket = above === -1 ? this.#boundaries.length : above
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count++
    this.#sum += value
  }

  /** As it stands now. */
  point(): DataPoint<Histogram> {
    const buckets = { boundaries: this.#boundaries, counts: [...this.#counts] }
    const value = { count: this.#count, sum: this.#sum, buckets }
    return { attributes: this.#attributes, startTime: this.#startTime, endTime: hrTime(), value }
  }
}

/** The identity of a series: the order of labels plays no part. */
const keyOf = (labels: Attributes): string => JSON.stringify(Object.entries(labels).sort())

const recorders: HistogramRecorder<Attributes>[] = []

/**
 * A cumulative histogram whose series can be held on to. The SDK's own sorts and hashes all labels at every recording,
 * which costs more than everything else that is measured about a query or a request.
 */
export class HistogramRecorder<L extends Attributes> {
  readonly #declared: ProcessInstrument
  readonly #boundaries: number[]
  readonly #series = new Map<string, Series>()

  constructor(declared: ProcessInstrument) {
    this.#declared = declared
    this.#boundaries = [...(declared.boundaries ?? [])]
    recorders.push(this as HistogramRecorder<Attributes>)
  }

  /** The series with these labels. */
  series(labels: L): Series {
    return this.#find(labels) ?? (this.#series.size < maxSeries ? this.#make(labels) : this.#overflow())
  }

  #find(labels: Attributes): Series | undefined {
    return this.#series.get(keyOf(labels))
  }

  #make(labels: Attributes): Series {
    const made = new Series(labels, this.#boundaries)
    this.#series.set(keyOf(labels), made)
    return made
  }

  #overflow(): Series {
    return this.#find(overflow) ?? this.#make(overflow)
  }

  /** Adds a value to the series with these labels. */
  record(value: number, labels: L): void {
    this.series(labels).record(value)
  }

  data(): MetricData {
    const { name, unit, description } = this.#declared
    return {
      descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [...this.#series.values()].map((series) => series.point()),
    }
  }
}

/** Gives all recorders' histograms to a metric reader. */
export const histogramProducer: MetricProducer = {
  collect: async () => {
    const metrics = recorders.map((recorder) => recorder.data()).filter(({ dataPoints }) => dataPoints.length > 0)
    return {
      errors: [],
      resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope: { name: "eucora" }, metrics }] },
    }
  },
}
