/** Every expression that is shipped, and whether a Prometheus has an answer to it. */
import { dashboards, targetsOf } from "../../contract/dashboard.ts"
import { alerts, recordings, runbooks } from "../../contract/rules.ts"
import { getJson } from "./http.ts"
import { operands } from "./operands.ts"

/** What is asked, and where it stands. */
interface Expression {
  readonly where: string
  readonly text: string
}

/** A variable of a dashboard that takes its values from Prometheus. */
interface Variable {
  readonly name: string
  readonly query: { readonly query: string }
  /** What stands for all of them. */
  readonly allValue?: string
}

/** What Grafana puts in for a quarter of an hour that is looked at; the longer names first. */
const durations = (interval: string): readonly (readonly [name: string, value: string])[] => [
  ["$__rate_interval", "1m"],
  ["$__range_s", "900"],
  ["$__range", "15m"],
  ["$__interval", interval],
]

const line = (text: string) => text.replaceAll(/\s+/g, " ").trim()
const replaced = (text: string, values: readonly (readonly [string, string])[]) =>
  values.reduce((filled, [name, value]) => filled.replaceAll(name, value), text)

const variablesOf = (dashboard: (typeof dashboards)[number]) =>
  dashboard.templating.list.filter(({ type }) => type === "query") as unknown as readonly Variable[]

/** As Grafana fills it in with "All". A variable that offers no such thing stays: one of its values has to be put in. */
function filled(text: string, variables: readonly Variable[], interval = "15s"): string {
  const all = variables.flatMap(({ name, allValue }) =>
    allValue === undefined ? [] : [[`$${name}`, allValue] as const],
  )
  return line(replaced(text, [...durations(interval), ...all]))
}

/** The least `$__interval` of a panel. */
const leastInterval = (panel: object) => ("interval" in panel ? String(panel.interval) : undefined)

const onDashboards: readonly Expression[] = dashboards.flatMap((dashboard) => {
  const fill = (expr: string, interval?: string) => filled(expr, variablesOf(dashboard), interval)
  return [
    ...targetsOf(dashboard).map(({ panel, target }) => ({
      where: `${dashboard.uid}: ${panel.title}`,
      text: fill(target.expr, leastInterval(panel)),
    })),
    ...dashboard.annotations.list.map(({ name, target }) => ({
      where: `${dashboard.uid}: ${name}`,
      text: fill(target.expr),
    })),
  ]
})

const inRunbooks: readonly Expression[] = [...runbooks].flatMap(([name, page]) =>
  [...page.matchAll(/^```promql\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => ({
    where: `${name}.md`,
    text: line(text),
  })),
)

const recorded: readonly Expression[] = recordings.map(({ record, expr }) => ({ where: record, text: line(expr) }))

/** The conditions of alerts: without an answer while all is well. */
export const conditions: readonly Expression[] = alerts.map(({ alert, expr }) => ({ where: alert, text: line(expr) }))

/** Everything that people look at or rules keep. */
const shown: readonly Expression[] = [...recorded, ...onDashboards, ...inRunbooks]

/** What has to have an answer, each once, with every place where it stands. */
export const expressions: ReadonlyMap<string, readonly string[]> = placesByText([
  ...shown,
  ...[...shown, ...conditions].flatMap(({ where, text }) =>
    operands(text).map((operand) => ({ where, text: operand })),
  ),
])

function placesByText(all: readonly Expression[]): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, readonly string[]>()
  for (const { where, text } of all) places.set(text, [...new Set([...(places.get(text) ?? []), where])])
  return places
}

interface Matrix {
  readonly data: { readonly result: readonly { readonly values: readonly (readonly [number, string])[] }[] }
}

/** Whether it has had an answer at any moment of the last quarter of an hour. Throws where Prometheus refuses it. */
async function answered(prometheus: string, text: string): Promise<boolean> {
  const end = Date.now() / 1000
  const question = new URLSearchParams({ query: text, start: String(end - 900), end: String(end), step: "5" })
  const { data } = await getJson<Matrix>(`${prometheus}/api/v1/query_range?${question}`)
  return data.result.some(({ values }) => values.some(([, value]) => value !== "NaN"))
}

/** Whether an expression has an answer, with some value of the variables that are left in it. */
export async function hasData(prometheus: string, text: string, values: Values): Promise<boolean> {
  for (const each of puttingIn(text, values)) if (await answered(prometheus, each)) return true
  return false
}

/** Of each variable of the dashboards its values. */
export type Values = ReadonlyMap<string, readonly string[]>

function puttingIn(text: string, values: Values): readonly string[] {
  const [name, own] = [...values].find(([variable]) => text.includes(`$${variable}`)) ?? []
  return own === undefined ? [text] : own.map((value) => text.replaceAll(`$${name}`, value))
}

/** What Prometheus offers for every variable: `label_values(series, label)`. */
export async function variableValues(prometheus: string): Promise<Values> {
  const variables = dashboards.flatMap(variablesOf)
  const read = variables.map(async ({ name, query }) => {
    const [, series = "", label] = /^label_values\((.*), (\w+)\)$/.exec(filled(query.query, variables)) ?? []
    const question = new URLSearchParams({ "match[]": series })
    const { data } = await getJson<{ data: readonly string[] }>(
      `${prometheus}/api/v1/label/${label}/values?${question}`,
    )
    return [name, data] as const
  })
  return new Map(await Promise.all(read))
}
