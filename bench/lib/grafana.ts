/** What a dashboard asks Prometheus when it is opened, as Grafana asks it. */
import { readdirSync, readFileSync } from "node:fs"
import { chosenApp } from "./history.ts"

interface Target {
  readonly expr: string
  readonly instant?: boolean
}

interface Dashboard {
  readonly uid: string
  readonly time: { readonly from: string }
  readonly panels: readonly {
    readonly title: string
    readonly interval?: string
    readonly targets?: readonly Target[]
  }[]
  readonly annotations: { readonly list: readonly { readonly name: string; readonly target: Target }[] }
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[]
  }
}

/** A request to Prometheus' API. */
export interface Question {
  readonly dashboard: string
  readonly panel: string
  readonly expr: string
  readonly path: string
  readonly form: Readonly<Record<string, string>>
}

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }
const scrape = 5
/** About as many points as a panel is wide. */
const points = 1_000
/** Grafana's steps; it takes the nearest. */
const steps = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
]

function duration(text: string): number {
  const [, number = "", unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? []
  return Number(number) * (seconds[unit] ?? Number.NaN)
}

function stepOf(range: number, least: string | undefined): number {
  const wanted = range / points
  const nearest = steps.reduce((best, step) => (Math.abs(step - wanted) < Math.abs(best - wanted) ? step : best))
  return Math.max(nearest, scrape, least === undefined ? 0 : duration(least))
}

function filled(expr: string, range: number, step: number): string {
  return expr
    .replaceAll("$__range_s", String(range))
    .replaceAll("$__rate_interval", `${Math.max(step + scrape, 4 * scrape)}s`)
    .replaceAll("$__range", `${range}s`)
    .replaceAll("$__interval", `${step}s`)
    .replaceAll("$app_name", chosenApp)
    .replaceAll(/\$\w+/g, ".+")
}

/** Every question of every dashboard, at its default range. */
export function questions(end: number): readonly Question[] {
  const folder = "grafana/dashboards"
  const all = readdirSync(folder).map((name) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8")) as Dashboard)
  return all.flatMap((dashboard) => [
    ...dashboard.panels.flatMap(({ title, interval, targets = [] }) =>
      targets.map((target) => ask(dashboard, title, target, interval, end)),
    ),
    ...dashboard.annotations.list.map(({ name, target }) =>
      ask(dashboard, `annotation ${name}`, target, undefined, end),
    ),
    ...dashboard.templating.list.filter(({ type }) => type === "query").map((each) => values(dashboard, each, end)),
  ])
}

const rangeOf = ({ time }: Dashboard) => duration(time.from.replace("now-", ""))

function ask(dashboard: Dashboard, panel: string, target: Target, least: string | undefined, end: number): Question {
  const range = rangeOf(dashboard)
  const step = stepOf(range, least)
  const expr = filled(target.expr, range, step)
  const named = { dashboard: dashboard.uid, panel, expr }
  if (target.instant) return { ...named, path: "query", form: { query: expr, time: String(end) } }
  const form = { query: expr, start: String(end - range), end: String(end), step: String(step) }
  return { ...named, path: "query_range", form }
}

/** The values to choose from at the top. */
function values(dashboard: Dashboard, { name, query }: Dashboard["templating"]["list"][number], end: number): Question {
  const text = (query as { readonly query: string }).query
  const [, series = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(text) ?? []
  const range = rangeOf(dashboard)
  const form = { "match[]": filled(series, range, scrape), start: String(end - range), end: String(end) }
  return { dashboard: dashboard.uid, panel: `variable ${name}`, expr: text, path: `label/${label}/values`, form }
}
