import type { Attributes, HrTime } from "@opentelemetry/api"
import type { MetricData } from "@opentelemetry/sdk-metrics"
import type { DurableInstrument } from "./definition.ts"
import type { SeriesTotals } from "./fold.ts"
import { histogramMetric, histogramPoint, hrTime, sumMetric, sumPoint } from "./metric-data.ts"

interface Series {
  readonly attributes: Attributes
  readonly startTime: HrTime
  totals: SeriesTotals
  /** When the newest totals are known to have arrived, in ms of the process' monotonic clock; -Infinity: not yet. */
  arrivedMs: number
  /** The data point that is under way with the newest totals. */
  underWay: object | undefined
}

interface Shelf {
  readonly instrument: DurableInstrument
  readonly series: Map<string, Series>
}

/** What the elected process knows of the stored series, and which of them the Collector has to be told. */
export class SeriesBook {
  readonly #shelves: ReadonlyMap<string, Shelf>
  readonly #origins = new WeakMap<object, Series>()
  readonly #resendMs: number

  /** `resendMs`: a series that did not change is sent again after this long, so that a restarted Collector is whole soon. */
  constructor(instruments: readonly DurableInstrument[], resendMs: number) {
    this.#shelves = new Map(instruments.map((instrument) => [instrument.name, { instrument, series: new Map() }]))
    this.#resendMs = resendMs
  }

  /** Takes over new totals; they have to be sent. */
  apply(all: readonly SeriesTotals[]): void {
    for (const totals of all) {
      const shelf = this.#shelves.get(totals.instrument)
      const series = shelf?.series.get(totals.attributes)
      if (series === undefined) shelf?.series.set(totals.attributes, newSeries(totals))
      else Object.assign(series, { totals, arrivedMs: Number.NEGATIVE_INFINITY, underWay: undefined })
    }
  }

  /** The instruments that have `maxSeries` series or more. */
  full(maxSeries: number): ReadonlySet<string> {
    const shelves = [...this.#shelves.values()].filter((shelf) => shelf.series.size >= maxSeries)
    return new Set(shelves.map((shelf) => shelf.instrument.name))
  }

  /** At most `limit` points of what changed, did not arrive, or arrived too long ago; all true at the time `at`. */
  due(at: HrTime, nowMs: number, limit: number): MetricData[] {
    const metrics: MetricData[] = []
    let left = limit
    for (const { instrument, series } of this.#shelves.values()) {
      const due = series
        .values()
        .filter((each) => nowMs - each.arrivedMs >= this.#resendMs)
        .take(left)
        .toArray()
      if (due.length > 0) metrics.push(this.#metric(instrument, due, at))
      left -= due.length
    }
    return metrics
  }

  /** These points have arrived. Those of totals that have changed since are still due. */
  confirm(points: readonly object[], nowMs: number): void {
    for (const point of points) {
      const series = this.#origins.get(point)
      if (series?.underWay === point) series.arrivedMs = nowMs
    }
  }

  #metric(instrument: DurableInstrument, due: readonly Series[], endTime: HrTime): MetricData {
    const frame = ({ attributes, startTime }: Series) => ({ attributes, startTime, endTime })
    if (instrument.kind === "counter")
      return sumMetric(
        instrument,
        due.map((each) => this.#send(each, sumPoint(frame(each), each.totals))),
      )
    const { boundaries } = instrument
    return histogramMetric(
      instrument,
      due.map((each) => this.#send(each, histogramPoint(frame(each), each.totals, boundaries))),
    )
  }

  #send<P extends object>(series: Series, point: P): P {
    series.underWay = point
    this.#origins.set(point, series)
    return point
  }
}

function newSeries(totals: SeriesTotals): Series {
  return {
    attributes: JSON.parse(totals.attributes) as Attributes,
    startTime: hrTime(totals.startMicros),
    totals,
    arrivedMs: Number.NEGATIVE_INFINITY,
    underWay: undefined,
  }
}
