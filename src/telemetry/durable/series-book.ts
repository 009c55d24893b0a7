import type { HrTime } from "@opentelemetry/api"
import type { Histogram as HistogramValue, MetricData } from "@opentelemetry/sdk-metrics"
import type { DurableInstrument } from "./definition.ts"
import type { SeriesTotals } from "./fold.ts"
import { histogramMetric, histogramValue, sumMetric } from "./metric-data.ts"
import { Shelf } from "./shelf.ts"

type AnyShelf = Shelf<number> | Shelf<HistogramValue>

/** What the elected process knows of the stored series, and which of them the Collector has to be told. */
export class SeriesBook {
  readonly #shelves: ReadonlyMap<string, AnyShelf>

  constructor(instruments: readonly DurableInstrument[]) {
    this.#shelves = new Map(instruments.map((instrument) => [instrument.name, shelfOf(instrument)]))
  }

  /** Takes over new totals; they have to be sent. */
  apply(all: readonly SeriesTotals[]): void {
    for (const totals of all) this.#shelves.get(totals.instrument)?.apply(totals)
  }

  /** The instruments that have `maxSeries` series or more. */
  full(maxSeries: number): ReadonlySet<string> {
    const full = [...this.#shelves].filter(([, shelf]) => shelf.size >= maxSeries)
    return new Set(full.map(([name]) => name))
  }

  /** At most `limit` points, as of `endTime`, of what changed, did not arrive, or last arrived at or before `sinceMs`. */
  due(endTime: HrTime, sinceMs: number, limit: number): MetricData[] {
    const metrics: MetricData[] = []
    let left = limit
    for (const shelf of this.#shelves.values()) {
      const metric = shelf.due(endTime, sinceMs, left)
      if (metric.dataPoints.length > 0) metrics.push(metric)
      left -= metric.dataPoints.length
    }
    return metrics
  }
}

function shelfOf(instrument: DurableInstrument): AnyShelf {
  if (instrument.kind === "counter")
    return new Shelf({ valueOf: (totals) => totals.sum, metricOf: (points) => sumMetric(instrument, points) })
  const boundaries = [...instrument.boundaries]
  return new Shelf({
    valueOf: (totals) => histogramValue(totals, boundaries),
    metricOf: (points) => histogramMetric(instrument, points),
  })
}
