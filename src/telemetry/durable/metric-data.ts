import { type HrTime, ValueType } from "@opentelemetry/api"
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram as HistogramValue,
  type MetricData,
} from "@opentelemetry/sdk-metrics"
import type { Counter, DurableInstrument, Histogram, Observed } from "./definition.ts"
import type { SeriesTotals } from "./fold.ts"

/** Microseconds since 1970 as OpenTelemetry's seconds and nanoseconds. */
export function hrTime(micros: number): HrTime {
  return [Math.floor(micros / 1_000_000), (micros % 1_000_000) * 1_000]
}

export function histogramValue({ sum, count, buckets }: SeriesTotals, boundaries: number[]): HistogramValue {
  return { sum, count, buckets: { boundaries, counts: buckets ?? [] } }
}

export function sumMetric(instrument: Counter, dataPoints: DataPoint<number>[]): MetricData {
  return { ...frameOf(instrument), dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
}

export function histogramMetric(instrument: Histogram, dataPoints: DataPoint<HistogramValue>[]): MetricData {
  return { ...frameOf(instrument), dataPointType: DataPointType.HISTOGRAM, dataPoints }
}

export function gaugeMetric(instrument: Observed, dataPoints: DataPoint<number>[]): MetricData {
  return { ...frameOf(instrument), dataPointType: DataPointType.GAUGE, dataPoints }
}

function frameOf({ name, unit, description }: DurableInstrument | Observed) {
  return {
    descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
}
