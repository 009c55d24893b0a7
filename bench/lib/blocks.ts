/** Writes a history as Prometheus' blocks: OpenMetrics text, read by promtool. */
import { spawnSync } from "node:child_process"
import { closeSync, openSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { partPath } from "../../src/stack/parts.ts"
import { chosenApp, seriesOf } from "./history.ts"

const [minute, hour, day] = [60, 3_600, 86_400]
const scrape = 5
const sparse = 2 * hour

/** A stretch of the history, in seconds before its end, written as one file. */
interface Stretch {
  readonly from: number
  readonly to: number
  /** Which of a series' densities holds in it. */
  readonly density: 0 | 1 | 2 | 3
}

/** The last hour is as dense as scrapes are, for every series; older ones only for what dashboards look at for longer. */
const stretches: readonly Stretch[] = [
  { from: 15 * day, to: 7 * day + hour, density: 0 },
  { from: 7 * day + hour, to: day + hour, density: 1 },
  { from: day + hour, to: hour + 2 * minute, density: 2 },
  ...[62, 46, 31, 15].map((start, index, all) => ({
    from: start * minute,
    to: (all[index + 1] ?? 0) * minute,
    density: 3 as const,
  })),
]

/** Seconds between samples: before the last week, in it, in the last day, in the last hour. */
function densities(metric: string, series: string, interval: number): readonly number[] {
  const ofApps = series.includes('app_name="') && !series.includes(`app_name="${chosenApp}"`)
  const recorded = [interval, interval, interval]
  if (metric.includes(":"))
    return ofApps
      ? [sparse, sparse, sparse, interval]
      : series.includes('le="')
        ? [sparse, sparse, interval, interval]
        : [15 * minute, ...recorded]
  const ofDomain = /^(deployment|ring|risk|promotion|circuit_breaker_(state|trans|fail))/.test(metric)
  return ofDomain && !ofApps ? [sparse, sparse, scrape, scrape] : [sparse, sparse, sparse, scrape]
}

/** Writes all stretches into `folder`; `end` in seconds since 1970. Answers the numbers of series and samples. */
export function writeHistory(
  folder: string,
  metrics: readonly string[],
  intervals: ReadonlyMap<string, number>,
  end: number,
) {
  const series = metrics.flatMap((metric) =>
    seriesOf(metric).map((text) => ({ metric, text, every: densities(metric, text, intervals.get(metric) ?? 15) })),
  )
  let samples = 0
  for (const { from, to, density } of stretches) {
    const file = join(folder, "history.om")
    const out = openSync(file, "w")
    let text = ""
    for (const [index, each] of series.entries()) {
      const step = each.every[density] ?? scrape
      for (let at = end - from; at < end - to; at += step, samples++)
        text += `${each.text} ${value(each.metric, index, at)} ${at}\n`
      if (text.length > 4_000_000) {
        writeSync(out, text)
        text = ""
      }
    }
    writeSync(out, `${text}# EOF\n`)
    closeSync(out)
    toBlocks(file, join(folder, "data"))
    rmSync(file)
    console.log(`${days(from)} to ${days(to)} days ago: ${samples} samples so far`)
  }
  return { series: series.length, samples }
}

const days = (seconds: number) => (seconds / day).toFixed(2)

/** Counters grow, each at a pace of its own; the rest goes up and down between 0 and 1. */
function value(metric: string, index: number, at: number): number {
  if (/_(total|bucket|sum|count)$|:sum$/.test(metric))
    return Math.floor(((at % (20 * day)) * ((index % 97) + 1)) / 3_000)
  return ((at / scrape + index) % 50) / 50
}

function toBlocks(file: string, data: string): void {
  const args = ["tsdb", "create-blocks-from", "--max-block-duration=512h", "--quiet", "openmetrics", file, data]
  const run = spawnSync(partPath("promtool"), args, { encoding: "utf8" })
  if (run.status !== 0) throw new Error(`promtool: ${run.stderr}`)
}
