/** What the tests read of a dashboard's file. */
import { readdirSync, readFileSync } from "node:fs"
import { problems } from "./series.ts"

interface Target {
  expr: string
  legendFormat?: string
  exemplar?: boolean
}

interface Link {
  url: string
}

export interface Panel {
  id: number
  type: string
  title: string
  description?: string
  datasource?: { uid: string }
  gridPos: { x: number; y: number; w: number; h: number }
  targets?: Target[]
  fieldConfig?: {
    defaults: {
      unit?: string
      noValue?: string
      thresholds?: { steps: { value: number | null }[] }
      links?: Link[]
    }
  }
}

export interface Dashboard {
  uid: string
  title: string
  editable: boolean
  tags: string[]
  links: Link[]
  refresh: string
  panels: Panel[]
  annotations: { list: { name: string; datasource: { uid: string }; target: Target }[] }
  templating: { list: { name: string; type: string; label?: string; refresh?: number; query: unknown }[] }
}

/** Where to offend: a dashboard, its first panel, and that one's query. */
interface Place {
  readonly dashboard: Dashboard
  readonly panel: Panel
  readonly target: Target
}

export interface LintRule {
  readonly name: string
  /** What is wrong, each with where; `all` are the uids of all dashboards and their variables. */
  readonly check: (dashboard: Dashboard, all: ReadonlyMap<string, readonly string[]>) => readonly string[]
  /** Breaks the rule in a dashboard that keeps to it. */
  readonly offend: (place: Place) => void
}

const folder = new URL("../../grafana/dashboards/", import.meta.url)

/** The files as they are committed. */
export const dashboardTexts = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(new URL(name, folder), "utf8"),
}))
export const dashboards = dashboardTexts.map(({ text }) => JSON.parse(text) as Dashboard)

export const panelsOf = ({ panels }: Dashboard) => panels.filter(({ type }) => type !== "row")
export const targetsOf = (dashboard: Dashboard) =>
  panelsOf(dashboard).flatMap((panel) => (panel.targets ?? []).map((target) => ({ panel, target })))
/** Of annotations too. */
const expressionsOf = (dashboard: Dashboard) => [
  ...targetsOf(dashboard).map(({ panel, target }) => ({ where: panel.title, expr: target.expr })),
  ...dashboard.annotations.list.map(({ name, target }) => ({ where: name, expr: target.expr })),
]

/** The titles of the panels that are wrong. */
export const panels = (wrong: (panel: Panel) => boolean) => (dashboard: Dashboard) =>
  panelsOf(dashboard)
    .filter(wrong)
    .map(({ title, id }) => title || `panel ${id}`)

/** What is wrong with each expression. */
export const each = (wrong: (expr: string) => readonly string[]) => (dashboard: Dashboard) =>
  expressionsOf(dashboard).flatMap(({ where, expr }) => wrong(expr).map((what) => `${where}: ${what}`))

export const defaultsOf = ({ fieldConfig }: Panel) => fieldConfig?.defaults

/** What is wrong with a query, its grammar included. */
export function wrongIn(expr: string): readonly string[] {
  try {
    return problems(expr)
  } catch (error) {
    return [String(error)]
  }
}
