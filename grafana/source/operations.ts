import {
  BigValueColorMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  StackingConfigBuilder,
  StackingMode,
} from "@grafana/grafana-foundation-sdk/common"
import { DashboardBuilder, DashboardCursorSync, RowBuilder } from "@grafana/grafana-foundation-sdk/dashboard"
import { PanelBuilder as HeatmapBuilder, YAxisConfigBuilder } from "@grafana/grafana-foundation-sdk/heatmap"
import { PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus"
import type { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat"
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries"
import { CountsPerMinute, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { bigNumber, choice, now, over, prometheus, thresholds } from "./panels.ts"

/** Of the applications chosen at the top; the API's answers link here with theirs. */
const app = 'app_name=~"$app_name"'

/** What counts for or against a success; rejected and cancelled ones were never rolled out. */
const decided = 'status=~"COMPLETED|FAILED|ROLLED_BACK"'
const outcomes = (window: string) => `sum by (ring) (increase(deployment_total{${app}, ${decided}}[${window}]))`

/** Empty, and neither 0 nor 1, where nothing ended; 0 where only failures did, though no series of successes exists then. */
const successRate = (window: string) =>
  `(sum by (ring) (increase(deployment_total{${app}, status="COMPLETED"}[${window}])) or 0 * ${outcomes(window)})` +
  ` / (${outcomes(window)} > 0)`

/** The same for all rings together. */
const totalSuccessRate = (window: string) => successRate(window).replaceAll("sum by (ring)", "sum")

const noOutcome = "No deployment ended in this time"
const promisedSuccess = thresholds(0.97, 0.98)

const shareOfSuccess = bigNumber("Success rate", BigValueColorMode.Background)
  .id(1)
  .description(
    "COMPLETED ÷ (COMPLETED + FAILED + ROLLED_BACK) of the deployments that ended in the chosen time. Objective 98 %, alert below 97 %.",
  )
  .unit(PercentUnit)
  .decimals(1)
  .min(0)
  .max(1)
  .thresholds(promisedSuccess)
  .noValue(noOutcome)
  .withTarget(now(totalSuccessRate("$__range"), "success"))

const ended = bigNumber("Ended", BigValueColorMode.None)
  .id(2)
  .description("Deployments with a first outcome in the chosen time, by outcome. Each counts once.")
  .unit(Short)
  .decimals(0)
  .noValue(noOutcome)
  .withTarget(now(`sum by (status) (increase(deployment_total{${app}}[$__range])) > 0`, "{{status}}"))

const activeNow = bigNumber("Active now", BigValueColorMode.None)
  .id(3)
  .description(
    "All deployments without an outcome, read from the database. Missing when no process is elected to export it: see ControlPlaneAbsent.",
  )
  .unit(Short)
  .decimals(0)
  .noValue("Nobody exports it")
  .withTarget(now("sum(deployment_active)", "active"))

const rate = new TimeseriesBuilder()
  .id(4)
  .title("Outcomes per minute")
  .description("How many deployments end per minute, by their first outcome.")
  .datasource(prometheus)
  .unit(CountsPerMinute)
  .min(0)
  .drawStyle(GraphDrawStyle.Bars)
  .fillOpacity(60)
  .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
  .noValue(noOutcome)
  .withTarget(over(`sum by (status) (rate(deployment_total{${app}}[$__rate_interval])) * 60`, "{{status}}"))

const successByRing = new TimeseriesBuilder()
  .id(5)
  .title("Success rate by target ring, over the hour before")
  .description("The same share for each target ring. A gap means that nothing ended in that hour.")
  .datasource(prometheus)
  .unit(PercentUnit)
  .min(0)
  .max(1)
  .thresholds(promisedSuccess)
  .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
  .noValue(noOutcome)
  .withTarget(over(successRate("1h"), "{{ring}}"))

const duration = new HeatmapBuilder()
  .id(6)
  .title("Duration")
  .description("Time from DEPLOYING to the outcome, less soak, hold and waiting, of the deployments that ended.")
  .datasource(prometheus)
  .calculate(false)
  .yAxis(new YAxisConfigBuilder().unit(Seconds))
  .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear))
  .noValue(noOutcome)
  .withTarget(
    over(`sum by (le) (increase(deployment_duration_seconds_bucket{${app}}[$__rate_interval]))`, "{{le}}").format(
      PromQueryFormat.Heatmap,
    ),
  )

const active = new TimeseriesBuilder()
  .id(7)
  .title("Active deployments by status")
  .description("All deployments without an outcome, read from the database, by status.")
  .datasource(prometheus)
  .unit(Short)
  .decimals(0)
  .min(0)
  .fillOpacity(20)
  .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
  .noValue("Nobody exports it")
  .withTarget(over("sum by (status) (deployment_active)", "{{status}}"))

const latency = new TimeseriesBuilder()
  .id(8)
  .title("API latency, 95th percentile")
  .description(
    "From the spans of the API, by route. Each diamond is a request: it leads to the trace. Alert above 1 s.",
  )
  .datasource(prometheus)
  .unit(Seconds)
  .min(0)
  .noValue("No request in this time")
  .withTarget(
    over(
      'histogram_quantile(0.95, sum by (le, span_name) (rate(traces_span_metrics_duration_seconds_bucket{service_name="eucora-api", span_kind="SPAN_KIND_SERVER"}[$__rate_interval])))',
      "{{span_name}}",
    ).exemplar(true),
  )

const top = (panel: StatBuilder) => panel.height(5).span(8)
const half = <Panel extends TimeseriesBuilder | HeatmapBuilder>(panel: Panel) => panel.height(9).span(12)

/** What is going out, how well, how long it takes: the page to look at first. */
export const operations = new DashboardBuilder("Eucora operations")
  .uid("eucora-operations")
  .description("What is going out, how well, and how long it takes. Generated by grafana/source: edit there.")
  .tags(["eucora", "control-plane", "deployment", "operations"])
  .readonly()
  .timezone("browser")
  .tooltip(DashboardCursorSync.Crosshair)
  .time({ from: "now-1h", to: "now" })
  .refresh("10s")
  .withVariable(choice("deployment_total", "app_name", "Application"))
  .withPanel(top(shareOfSuccess))
  .withPanel(top(ended))
  .withPanel(top(activeNow))
  .withPanel(half(rate))
  .withPanel(half(successByRing))
  .withPanel(half(duration))
  .withPanel(half(active))
  .withRow(new RowBuilder("Requests"))
  .withPanel(latency.height(9).span(24))
