/**
 * What every dashboard has to keep to: the rules of Grafana's public dashboard linter under their names there
 * (https://github.com/grafana/dashboard-linter/tree/main/docs), and our own.
 * Left out: template-job-rule, template-instance-rule, target-job-rule and target-instance-rule. They want a choice of job
 * and instance everywhere; a fact of the domain has one job by design, and sums over processes are what is asked for. What
 * they are there for, no fixed names, is `target-no-fixed-job-rule`.
 */
import * as units from "@grafana/grafana-foundation-sdk/units"
import { bareCounters, selectors, windows } from "./promql.ts"
import { answerLabels, problems } from "./series.ts"

export interface Target {
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

const chosen = /^\$\{datasource\}$/
export const panelsOf = ({ panels }: Dashboard) => panels.filter(({ type }) => type !== "row")
export const targetsOf = (dashboard: Dashboard) =>
  panelsOf(dashboard).flatMap((panel) => (panel.targets ?? []).map((target) => ({ panel, target })))
/** Of annotations too. */
const expressions = (dashboard: Dashboard) => [
  ...targetsOf(dashboard).map(({ panel, target }) => ({ where: panel.title, expr: target.expr })),
  ...dashboard.annotations.list.map(({ name, target }) => ({ where: name, expr: target.expr })),
]

/** The titles of the panels that are wrong. */
const panels = (wrong: (panel: Panel) => boolean) => (dashboard: Dashboard) =>
  panelsOf(dashboard)
    .filter(wrong)
    .map(({ title, id }) => title || `panel ${id}`)

/** What is wrong with each expression. */
const each = (wrong: (expr: string) => readonly string[]) => (dashboard: Dashboard) =>
  expressions(dashboard).flatMap(({ where, expr }) => wrong(expr).map((what) => `${where}: ${what}`))

const defaults = ({ fieldConfig }: Panel) => fieldConfig?.defaults
const allUnits: ReadonlySet<unknown> = new Set(Object.values(units))
const queryVariables = ({ templating }: Dashboard) => templating.list.filter(({ type }) => type === "query")
const queryOf = (query: unknown) => (query as { query: string }).query

function parses(expr: string): readonly string[] {
  try {
    return problems(expr)
  } catch (error) {
    return [String(error)]
  }
}

const publicRules: readonly LintRule[] = [
  {
    name: "template-datasource-rule",
    check: ({ templating }) => {
      const found = templating.list.filter(({ type }) => type === "datasource")
      const right = found.length === 1 && found[0]?.name === "datasource" && found[0].label === "Data source"
      return right ? [] : ["no one variable `datasource`, labelled `Data source`"]
    },
    offend: ({ dashboard: { templating } }) => templating.list.shift(),
  },
  {
    name: "template-on-time-change-reload-rule",
    check: (dashboard) =>
      queryVariables(dashboard)
        .filter(({ refresh }) => refresh !== 2)
        .map(({ name }) => name),
    offend: ({ dashboard: { templating } }) =>
      templating.list.push({ name: "x", type: "query", refresh: 1, query: { query: "" } }),
  },
  {
    name: "template-label-promql-rule",
    check: (dashboard) =>
      queryVariables(dashboard).flatMap(({ query }) => {
        const [, series, label] = /^label_values\((.+), (\w+)\)$/.exec(queryOf(query)) ?? []
        if (series === undefined || label === undefined) return [queryOf(query)]
        return [...parses(series), ...(answerLabels(series).includes(label) ? [] : [`label ${label} of ${series}`])]
      }),
    offend: ({ dashboard: { templating } }) =>
      templating.list.push({ name: "x", type: "query", refresh: 2, query: { query: "label_values(up, colour)" } }),
  },
  {
    name: "panel-datasource-rule",
    check: (dashboard) => [
      ...panels(({ datasource }) => !chosen.test(datasource?.uid ?? ""))(dashboard),
      ...dashboard.annotations.list.filter(({ datasource }) => !chosen.test(datasource.uid)).map(({ name }) => name),
    ],
    offend: ({ panel }) => (panel.datasource = { uid: "prometheus" }),
  },
  {
    name: "panel-title-description-rule",
    check: panels(({ title, description }) => !title || !description),
    offend: ({ panel }) => (panel.description = ""),
  },
  {
    name: "panel-units-rule",
    check: panels((panel) => !allUnits.has(defaults(panel)?.unit ?? "")),
    offend: ({ panel }) => (panel.fieldConfig = { defaults: { unit: "furlongs" } }),
  },
  {
    name: "panel-no-targets-rule",
    check: panels(({ targets = [] }) => targets.length === 0),
    offend: ({ panel }) => (panel.targets = []),
  },
  {
    name: "target-promql-rule",
    check: each(parses),
    offend: ({ target }) => (target.expr = "sum by (ring) (rate(deployments_total[5m])"),
  },
  {
    name: "target-rate-interval-rule",
    check: each((expr) =>
      windows(expr)
        .filter(({ function: name, range }) => /^i?rate$/.test(name) && range !== "$__rate_interval")
        .map(({ function: name, range }) => `${name} over ${range}`),
    ),
    offend: ({ target }) => (target.expr = "sum(rate(deployment_total[5m]))"),
  },
  {
    name: "target-counter-agg-rule",
    check: each((expr) => bareCounters(expr).map((metric) => `${metric} without rate or increase`)),
    offend: ({ target }) => (target.expr = "sum(deployment_total)"),
  },
  {
    name: "uneditable-dashboard",
    check: ({ editable }) => (editable ? ["can be edited, and what is changed is lost"] : []),
    offend: ({ dashboard }) => (dashboard.editable = true),
  },
]

const ownRules: readonly LintRule[] = [
  {
    name: "target-no-fixed-job-rule",
    check: each((expr) =>
      selectors(expr)
        .flatMap(({ matchers }) => matchers)
        .filter(({ label, value }) => (label === "job" || label === "instance") && !value.includes("$"))
        .map(({ label, value }) => `${label} is ${value}`),
    ),
    offend: ({ target }) => (target.expr = 'sum(process_memory_usage_bytes{job="eucora/eucora-api"})'),
  },
  {
    name: "no inputs that an import would ask for",
    check: (dashboard) => (/\$\{DS_|__inputs/.test(JSON.stringify(dashboard)) ? ["inputs"] : []),
    offend: ({ panel }) => (panel.datasource = { uid: ["$", "{DS_PROMETHEUS}"].join("") }),
  },
  {
    name: "a uid of ours, and numbered panels",
    check: ({ uid, panels: all }) => [
      ...(/^eucora-[a-z]+$/.test(uid) ? [] : [`uid ${uid}`]),
      ...(new Set(all.map(({ id }) => id)).size === all.length ? [] : ["two panels with one id"]),
    ],
    offend: ({ dashboard: { panels: all }, panel }) => all.push({ ...panel }),
  },
  {
    name: "a text for no data, and thresholds of its own",
    check: panels((panel) => !defaults(panel)?.noValue || !defaults(panel)?.thresholds?.steps.length),
    offend: ({ panel }) => (panel.fieldConfig = { defaults: { ...defaults(panel), noValue: "" } }),
  },
  {
    name: "thresholds of a share on its scale",
    check: panels(
      (panel) =>
        defaults(panel)?.unit === "percentunit" &&
        (defaults(panel)?.thresholds?.steps ?? []).some(({ value }) => value !== null && value > 1),
    ),
    offend: ({ panel }) =>
      (panel.fieldConfig = { defaults: { unit: "percentunit", thresholds: { steps: [{ value: 95 }] } } }),
  },
  {
    name: "no invented values",
    check: each((expr) => (/\b(vector|scalar|absent)\s*\(/.test(expr) ? [expr] : [])),
    offend: ({ target }) => (target.expr = "sum(deployment_active) or vector(100)"),
  },
  {
    name: "percentiles of buckets that were added up",
    check: each((expr) => expr.match(/histogram_quantile\([\d.]+, (?!sum by \([^)]*\ble\b)[^)]*\)/g) ?? []),
    offend: ({ target }) =>
      (target.expr = "histogram_quantile(0.9, rate(task_duration_seconds_bucket[$__rate_interval]))"),
  },
  {
    name: "a legend of labels that the answer has",
    check: (dashboard) =>
      targetsOf(dashboard).flatMap(({ panel, target }) => {
        const has = answerLabels(target.expr)
        const named = [...(target.legendFormat ?? "").matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label)
        return named.filter((label) => !has.includes(label)).map((label) => `${panel.title}: ${label}`)
      }),
    offend: ({ target }) => (target.legendFormat = "{{colour}}"),
  },
  {
    name: "exemplars of series that have some",
    check: (dashboard) =>
      targetsOf(dashboard)
        .filter(({ target }) => target.exemplar && !/traces_span_metrics_duration_seconds_bucket/.test(target.expr))
        .map(({ panel }) => panel.title),
    offend: ({ target }) => {
      target.expr = "sum(deployment_active)"
      target.exemplar = true
    },
  },
  {
    name: "links that lead somewhere",
    check: (dashboard, all) =>
      panelsOf(dashboard).flatMap((panel) =>
        (defaults(panel)?.links ?? []).flatMap(({ url }) => dead(url, panel, all)),
      ),
    offend: ({ panel }) => (panel.fieldConfig = { defaults: { links: [{ url: "/d/eucora-nowhere?var-x=1" }] } }),
  },
  {
    name: "variables that are there, and used",
    check: (dashboard) => {
      const names = dashboard.templating.list.map(({ name }) => name)
      const used = new Set([...JSON.stringify(dashboard).matchAll(/\$\{?(?!__)(\w+)/g)].map(([, name = ""]) => name))
      const missing = [...used].filter((name) => !names.includes(name)).map((name) => `${name} is not there`)
      return [...missing, ...names.filter((name) => !used.has(name)).map((name) => `${name} is not used`)]
    },
    offend: ({ panel }) => (panel.title = "Of $nothing"),
  },
  {
    name: "panels beside one another",
    check: (dashboard) => dashboard.panels.flatMap((panel) => crowded(panel, dashboard.panels)),
    offend: ({ dashboard: { panels: all }, panel }) => all.push({ ...panel, id: 999 }),
  },
]

export const lintRules: readonly LintRule[] = [...publicRules, ...ownRules]

/** What a link of a panel names that is not there: a dashboard, its variable, a label of the answer. */
function dead(url: string, { title, targets = [] }: Panel, all: ReadonlyMap<string, readonly string[]>): string[] {
  const [, uid] = /^\/d\/([\w-]+)/.exec(url) ?? []
  const has = targets.flatMap(({ expr }) => answerLabels(expr))
  const labels = [...url.matchAll(/\{__(?:field\.labels|data\.fields)\.(\w+)/g)].map(([, label = ""]) => label)
  const choices = [...url.matchAll(/[?&]var-(\w+)=/g)].map(([, name = ""]) => name)
  return [
    ...(uid === undefined || all.has(uid) ? [] : [`${title}: dashboard ${uid}`]),
    ...labels.filter((label) => !has.includes(label)).map((label) => `${title}: label ${label}`),
    ...choices.filter((name) => !all.get(uid ?? "")?.includes(name)).map((name) => `${title}: variable ${name}`),
  ]
}

function crowded({ id, gridPos: a, title }: Panel, all: readonly Panel[]): string[] {
  const over = all.some(
    ({ id: other, gridPos: b }) =>
      other !== id && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h,
  )
  return over || a.x + a.w > 24 ? [title] : []
}
