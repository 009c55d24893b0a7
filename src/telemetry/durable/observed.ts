import type { HrTime } from "@opentelemetry/api"
import type { DataPoint, MetricData } from "@opentelemetry/sdk-metrics"
import type postgres from "postgres"
import { attributesText, mustBeFinite, type Observation, type Observed } from "./definition.ts"
import type { Failures } from "./failures.ts"
import { gaugeMetric } from "./metric-data.ts"

/** A series that ends is sent as 0 for three scrapes of 5 s and a little, so that nobody reads its last value as today's. */
const farewellMs = 18_000

/** A gauge that could not be read, perhaps because it took too long, is left alone for this long. */
const restMs = 10_000

/** Times are in ms of the process' monotonic clock. */
interface State {
  /** When each series was last seen, by its attributes' text. */
  readonly seen: Map<string, number>
  restUntilMs: number
}

/** Reads the observed gauges, all on one connection, one after the other. */
export class Gauges {
  readonly #gauges: ReadonlyMap<Observed, State>
  readonly #failures: Failures

  constructor(gauges: readonly Observed[], failures: Failures) {
    this.#gauges = new Map(gauges.map((gauge) => [gauge, { seen: new Map(), restUntilMs: Number.NEGATIVE_INFINITY }]))
    this.#failures = failures
  }

  /**
   * Reads every gauge, stamped with the database's time `at`. One that cannot be read is reported and left out: its series
   * then end at the Collector, instead of looking alive with an old value. The others are not kept from being read.
   */
  async read(sql: postgres.Sql, at: HrTime, nowMs: number): Promise<MetricData[]> {
    const metrics: MetricData[] = []
    for (const [gauge, state] of this.#gauges) {
      if (nowMs < state.restUntilMs) continue
      try {
        const points = withFarewells(textOf(gauge, await gauge.read(sql)), state.seen, nowMs)
        if (points.size > 0)
          metrics.push(
            gaugeMetric(
              gauge,
              [...points].map((point) => dataPoint(point, at)),
            ),
          )
      } catch (thrown) {
        state.restUntilMs = nowMs + restMs
        this.#failures.report(`gauge ${gauge.name}`, thrown)
      }
    }
    return metrics
  }
}

function textOf(gauge: Observed, observations: readonly Observation[]): Map<string, number> {
  return new Map(
    observations.map(({ attributes, value }) => {
      mustBeFinite(gauge, value)
      return [attributesText(gauge, attributes), value]
    }),
  )
}

/** Adds, as 0, the series that are no longer there but were a moment ago. */
function withFarewells(points: Map<string, number>, seen: State["seen"], nowMs: number): Map<string, number> {
  for (const text of points.keys()) seen.set(text, nowMs)
  for (const [text, lastMs] of seen) {
    if (nowMs - lastMs > farewellMs) seen.delete(text)
    else if (!points.has(text)) points.set(text, 0)
  }
  return points
}

function dataPoint([text, value]: [string, number], at: HrTime): DataPoint<number> {
  return { attributes: JSON.parse(text), startTime: at, endTime: at, value }
}
