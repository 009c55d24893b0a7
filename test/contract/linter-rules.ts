/**
 * The rules of Grafana's public dashboard linter, under their names there:
 * https://github.com/grafana/dashboard-linter/tree/main/docs
 * Left out: template-job-rule, template-instance-rule, target-job-rule and target-instance-rule. They want a choice of job
 * and instance everywhere; a fact of the domain has one job by design, and sums over processes are what is asked for. What
 * they are there for, no fixed names, is `target-no-fixed-job-rule` in dashboard-rules.ts.
 */
import * as units from "@grafana/grafana-foundation-sdk/units"
import { type Dashboard, defaultsOf, each, type LintRule, panels, wrongIn } from "./dashboard.ts"
import { bareCounters, windows } from "./promql.ts"
import { answerLabels } from "./series.ts"

const chosen = /^\$\{datasource\}$/
const allUnits: ReadonlySet<unknown> = new Set(Object.values(units))
const queryVariables = ({ templating }: Dashboard) => templating.list.filter(({ type }) => type === "query")
const queryOf = (query: unknown) => (query as { query: string }).query

export const linterRules: readonly LintRule[] = [
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
        return [...wrongIn(series), ...(answerLabels(series).includes(label) ? [] : [`label ${label} of ${series}`])]
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
    check: panels((panel) => !allUnits.has(defaultsOf(panel)?.unit ?? "")),
    offend: ({ panel }) => (panel.fieldConfig = { defaults: { unit: "furlongs" } }),
  },
  {
    name: "panel-no-targets-rule",
    check: panels(({ targets = [] }) => targets.length === 0),
    offend: ({ panel }) => (panel.targets = []),
  },
  {
    name: "target-promql-rule",
    check: each(wrongIn),
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
