/** What else our dashboards keep to, beside the rules of the public linter. */
import { access } from "../../src/api/access.ts"
import { deploymentQuerySchema } from "../../src/api/schemas/deployment-input.ts"
import { webAccess } from "../../src/web/access.ts"
import { defaultsOf, each, type LintRule, type Panel, panels, panelsOf, targetsOf } from "./dashboard.ts"
import { type Selector, selectors } from "./promql.ts"
import { answerLabels } from "./series.ts"

export const ownRules: readonly LintRule[] = [
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
    check: panels((panel) => !defaultsOf(panel)?.noValue || !defaultsOf(panel)?.thresholds?.steps.length),
    offend: ({ panel }) => (panel.fieldConfig = { defaults: { ...defaultsOf(panel), noValue: "" } }),
  },
  {
    name: "thresholds of a share on its scale",
    check: panels(
      (panel) =>
        defaultsOf(panel)?.unit === "percentunit" &&
        (defaultsOf(panel)?.thresholds?.steps ?? []).some(({ value }) => value !== null && value > 1),
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
        .filter(({ target }) => target.exemplar && !selectors(target.expr).some(hasExemplars))
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
        (defaultsOf(panel)?.links ?? []).flatMap(({ url }) => dead(url, panel, all)),
      ),
    offend: ({ panel }) => (panel.fieldConfig = { defaults: { links: [{ url: "/d/eucora-nowhere?var-x=1" }] } }),
  },
  {
    name: "links to pages and calls of ours that are there",
    check: (dashboard) =>
      [...dashboard.links, ...panelsOf(dashboard).flatMap((panel) => defaultsOf(panel)?.links ?? [])].flatMap(
        ({ url }) => nowhere((url ?? "").replace(controlPlane, ours)),
      ),
    offend: ({ dashboard: { links } }) => links.push({ url: `${controlPlane}/docs` }),
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

/** Only span metrics have some, and nothing that is recorded of them. */
const hasExemplars = ({ metric }: Selector) => metric === "traces_span_metrics_duration_seconds_bucket"

/** A variable of the dashboards, and what stands for it here. */
const controlPlane = ["$", "{control_plane}"].join("")
const ours = "http://ours.test"

/** What an address of ours names that we do not serve: a page, a call, a filter of the page of deployments. */
function nowhere(url: string): readonly string[] {
  const { origin, pathname, searchParams } = new URL(url || "/", "http://grafana.test")
  if (origin !== ours) return []
  const served = [...Object.values(webAccess), ...Object.values(access)].some(
    ({ method, path }) => method === "get" && path === pathname,
  )
  const filters = pathname === webAccess.showDeployments.path ? Object.keys(deploymentQuerySchema.shape) : []
  return [
    ...(served ? [] : [pathname]),
    ...[...searchParams.keys()].filter((name) => !filters.includes(name)).map((name) => `${pathname}: ${name}`),
  ]
}

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
