import type { Attributes, HrTime } from "@opentelemetry/api"
import type { DataPoint, MetricData } from "@opentelemetry/sdk-metrics"
import type { SeriesTotals } from "./fold.ts"
import { hrTime } from "./metric-data.ts"

interface Series<V> {
  readonly attributes: Attributes
  readonly startTime: HrTime
  value: V
  /** When the newest value is known to have arrived, in ms of the process' monotonic clock; -Infinity: not yet. */
  arrivedMs: number
}

/** A data point that knows its series, so that its arrival can be noted; nothing is copied, there may be many thousands. */
export class SeriesPoint<V> implements DataPoint<V> {
  readonly endTime: HrTime
  readonly value: V
  readonly #series: Series<V>

  constructor(series: Series<V>, endTime: HrTime) {
    this.#series = series
    this.endTime = endTime
    this.value = series.value
  }

  get attributes(): Attributes {
    return this.#series.attributes
  }

  get startTime(): HrTime {
    return this.#series.startTime
  }

  /** The point has arrived. A value that has changed since is still due. */
  arrived(nowMs: number): void {
    if (this.#series.value === this.value) this.#series.arrivedMs = nowMs
  }
}

export interface ShelfOptions<V> {
  readonly valueOf: (totals: SeriesTotals) => V
  readonly metricOf: (points: DataPoint<V>[]) => MetricData
}

/** The series of one instrument, by their attributes' text. */
export class Shelf<V> {
  readonly #options: ShelfOptions<V>
  readonly #series = new Map<string, Series<V>>()

  constructor(options: ShelfOptions<V>) {
    this.#options = options
  }

  get size(): number {
    return this.#series.size
  }

  /** Takes over new totals; they have to be sent. */
  apply(totals: SeriesTotals): void {
    const value = this.#options.valueOf(totals)
    const series = this.#series.get(totals.attributes)
    if (series !== undefined) Object.assign(series, { value, arrivedMs: Number.NEGATIVE_INFINITY })
    else
      this.#series.set(totals.attributes, {
        attributes: JSON.parse(totals.attributes),
        startTime: hrTime(totals.startMicros),
        value,
        arrivedMs: Number.NEGATIVE_INFINITY,
      })
  }

  /** At most `limit` points, as of `endTime`, of series that did not arrive after `sinceMs`. */
  due(endTime: HrTime, sinceMs: number, limit: number): MetricData {
    const points: SeriesPoint<V>[] = []
    for (const series of this.#series.values()) {
      if (points.length >= limit) break
      if (series.arrivedMs <= sinceMs) points.push(new SeriesPoint(series, endTime))
    }
    return this.#options.metricOf(points)
  }
}
