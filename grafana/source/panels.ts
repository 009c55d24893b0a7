import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge"
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common"
import {
  type DashboardLinkBuilder,
  MappingType,
  type ThresholdsConfigBuilder,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard"
import { PanelBuilder as GaugeBuilder } from "@grafana/grafana-foundation-sdk/gauge"
import { PanelBuilder as HeatmapBuilder, YAxisConfigBuilder } from "@grafana/grafana-foundation-sdk/heatmap"
import { PanelBuilder as PieBuilder } from "@grafana/grafana-foundation-sdk/piechart"
import type { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus"
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat"
import { PanelBuilder as TimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline"
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table"
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries"
import { datasource } from "./query.ts"
import { neutral } from "./thresholds.ts"

type Graph = TimeseriesBuilder | HeatmapBuilder | TimelineBuilder
type Reading = StatBuilder | GaugeBuilder | BarGaugeBuilder | PieBuilder | TableBuilder
export type PanelOf = Graph | Reading

/** What every panel has to say of itself. */
export interface Facts {
  readonly title: string
  readonly description: string
  /** Grafana's name of the values' unit. */
  readonly unit: string
  /** What is shown where there is nothing: never 0, never 100 %. */
  readonly nothing: string
  readonly queries: readonly DataqueryBuilder[]
  readonly decimals?: number
  readonly min?: number
  readonly max?: number
  /** On the scale of the values: a share is 0 to 1. */
  readonly limits?: ThresholdsConfigBuilder
  /** Shortest time between two points, where the scrape interval is finer than what can be seen. */
  readonly every?: string
  /** Where a click on a value leads. */
  readonly links?: readonly DashboardLinkBuilder[]
}

/** Puts the facts on a panel of any kind. Queries are named A, B, C in their order. */
function tell<Panel extends PanelOf>(panel: Panel, facts: Facts): Panel {
  panel.title(facts.title).description(facts.description).datasource(datasource).unit(facts.unit).noValue(facts.nothing)
  panel.thresholds(facts.limits ?? neutral)
  if (facts.decimals !== undefined) panel.decimals(facts.decimals)
  if (facts.min !== undefined) panel.min(facts.min)
  if (facts.max !== undefined) panel.max(facts.max)
  if (facts.every !== undefined) panel.interval(facts.every)
  if (facts.links !== undefined) panel.dataLinks([...facts.links])
  for (const [index, query] of facts.queries.entries()) panel.withTarget(query.refId("ABCDEF".charAt(index)))
  return panel
}

const allSeries = () => new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending)
const last = () => new ReduceDataOptionsBuilder().calcs(["lastNotNull"])

/** Lines over time; limits are dashed lines. */
export function lines(facts: Facts): TimeseriesBuilder {
  const panel = tell(new TimeseriesBuilder(), facts).fillOpacity(8).tooltip(allSeries())
  const dashed = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed)
  return facts.limits === undefined ? panel : panel.thresholdsStyle(dashed)
}

/** Areas on top of one another, where the sum says something too. */
export function areas(facts: Facts): TimeseriesBuilder {
  return lines({ min: 0, ...facts })
    .fillOpacity(25)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
}

/** Bars on top of one another: how many in each step. */
export function bars(facts: Facts): TimeseriesBuilder {
  return areas(facts).drawStyle(GraphDrawStyle.Bars).fillOpacity(60).showPoints(VisibilityMode.Never)
}

/** Big numbers, one for each series, coloured by their limits where there are any. */
export function numbers(facts: Facts): StatBuilder {
  return tell(new StatBuilder(), facts)
    .graphMode(BigValueGraphMode.None)
    .colorMode(facts.limits === undefined ? BigValueColorMode.None : BigValueColorMode.Background)
    .reduceOptions(last())
}

/** A dial, for what has a full scale. */
export function dial(facts: Facts): GaugeBuilder {
  return tell(new GaugeBuilder(), facts).reduceOptions(last())
}

/** Horizontal bars to compare series by. */
export function ranking(facts: Facts): BarGaugeBuilder {
  return tell(new BarGaugeBuilder(), { min: 0, ...facts })
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .reduceOptions(last())
}

/** Parts of a whole. */
export function pie(facts: Facts): PieBuilder {
  return tell(new PieBuilder(), facts).reduceOptions(last())
}

/** The latest value of each series, its labels as columns. */
export function table(facts: Facts): TableBuilder {
  const columns = {
    excludeByName: { Time: true, __name__: true },
    indexByName: {},
    renameByName: { Value: facts.title },
  }
  return tell(new TableBuilder(), facts).withTransformation({ id: "organize", options: columns })
}

/** How many fell into each bucket of a histogram over time; the unit is that of the buckets. */
export function heatmap(facts: Facts): HeatmapBuilder {
  return tell(new HeatmapBuilder(), facts)
    .calculate(false)
    .yAxis(new YAxisConfigBuilder().unit(facts.unit))
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear))
}

/** A value that stands for a state, and how it is shown. */
export interface State {
  readonly value: number
  readonly text: string
  readonly color: string
}

/** Which state each series was in, and for how long. */
export function timeline(facts: Facts, states: readonly State[]): TimelineBuilder {
  return tell(new TimelineBuilder(), facts)
    .mappings([mapping(states)])
    .showValue(VisibilityMode.Never)
    .rowHeight(0.8)
}

/** The same states, now. */
export function statesNow(facts: Facts, states: readonly State[]): StatBuilder {
  return numbers(facts)
    .mappings([mapping(states)])
    .colorMode(BigValueColorMode.Background)
}

function mapping(states: readonly State[]): ValueMapping {
  const options = states.map(({ value, text, color }, index) => [String(value), { text, color, index }] as const)
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) }
}
