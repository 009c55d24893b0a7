/** The dashboards: what is committed is what the source makes, and every panel asks for what exists and says what it shows. */
import { readdirSync, readFileSync } from "node:fs"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { dashboardFiles } from "../../grafana/source/dashboards.ts"
import { selectors } from "./promql.ts"
import { unknown } from "./series.ts"

/** What is read here of a dashboard's file. */
interface Panel {
  readonly id?: number
  readonly type: string
  readonly title?: string
  readonly description?: string
  readonly datasource?: { readonly uid: string }
  readonly targets?: readonly { readonly expr: string }[]
  readonly options?: { readonly yAxis?: { readonly unit?: string } }
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string
      readonly min?: number
      readonly max?: number
      readonly noValue?: string
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null }[] }
    }
  }
}

interface Dashboard {
  readonly uid: string
  readonly refresh: string
  readonly templating: { readonly list: readonly { readonly name: string }[] }
  readonly panels: readonly Panel[]
}

const folder = new URL("../../grafana/dashboards/", import.meta.url)
const dashboards = readdirSync(folder).map(
  (name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Dashboard,
)
const panels = dashboards.flatMap((dashboard) => dashboard.panels.filter(({ type }) => type !== "row"))
const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))

test("the committed files are what `npm run dashboards` writes", () => {
  const written = dashboardFiles()
  assert.equal(readdirSync(folder).sort(), [...written.keys()].sort())
  for (const [name, text] of written) assert.is(readFileSync(new URL(name, folder), "utf8"), text, name)
})

test("the operations dashboard is there under the uid and with the variable that links name", () => {
  const [operations] = dashboards
  assert.is(operations?.uid, "eucora-operations")
  assert.is(operations?.refresh, "10s")
  const variables = operations?.templating.list.map(({ name }) => name) ?? []
  assert.equal(variables, ["app_name"])
  for (const { expr } of queries)
    for (const [, name = ""] of expr.matchAll(/\$(?!__)(\w+)/g)) assert.ok(variables.includes(name), name)
})

test("every panel has an id of its own, a title, a description, a unit and a text for no data", () => {
  assert.is(new Set(panels.map(({ id }) => id)).size, panels.length)
  for (const { id, title, description, fieldConfig, type, options } of panels) {
    const unit = fieldConfig?.defaults.unit ?? (type === "heatmap" ? options?.yAxis?.unit : undefined)
    for (const said of [title, description, unit, fieldConfig?.defaults.noValue])
      assert.ok(typeof said === "string" && said !== "", `panel ${id}: ${title}`)
  }
})

test("shares are shown on a scale from 0 to 1, and so are their thresholds", () => {
  const shares = panels.filter(({ fieldConfig }) => fieldConfig?.defaults.unit === "percentunit")
  assert.ok(shares.length > 0)
  for (const { title, fieldConfig } of shares) {
    assert.equal([fieldConfig?.defaults.min, fieldConfig?.defaults.max], [0, 1], title)
    const steps = fieldConfig?.defaults.thresholds?.steps.map(({ value }) => value) ?? []
    assert.ok(steps.length > 0 && steps.every((value) => value === null || value <= 1), title)
  }
})

test("every panel asks the provisioned Prometheus, in PromQL, for series and labels that exist", () => {
  for (const { title, datasource } of panels) assert.is(datasource?.uid, "prometheus", title)
  assert.ok(queries.length >= panels.length)
  for (const { title, expr } of queries) {
    const selected = selectors(expr)
    assert.ok(selected.length > 0, title)
    assert.equal(selected.flatMap(unknown), [], title)
  }
})

test("no query invents a value where there is none", () => {
  for (const { title, expr } of queries) assert.not.match(expr, /vector\s*\(/, title)
})

test("a query for a series or a label that nobody sends is found", () => {
  assert.equal(selectors('sum(rate(deployments_total{colour="red"}[5m]))').flatMap(unknown), [
    "metric deployments_total",
  ])
  assert.equal(selectors('deployment_total{colour="red"}').flatMap(unknown), ["label colour of deployment_total"])
  assert.throws(() => selectors("sum by (deployment_total"), /no PromQL/)
})

test.run()
