/** The dashboards: what is committed is what the source makes, in the shape that the pinned Grafana reads. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { dashboardFiles } from "../../grafana/source/dashboards.ts"
import { dashboards, dashboardTexts } from "./dashboard.ts"

test("the committed files are what `npm run dashboards` writes", () => {
  const written = dashboardFiles()
  assert.equal(dashboardTexts.map(({ name }) => name).sort(), [...written.keys()].sort())
  for (const { name, text } of dashboardTexts) assert.is(text, written.get(name), name)
})

test("each subject has its dashboard, all found by one tag", () => {
  const subjects = "application approvals connectors dora http operations rings runtime slo tasks telemetry".split(" ")
  assert.equal(
    dashboards.map(({ uid }) => uid).sort(),
    subjects.map((subject) => `eucora-${subject}`),
  )
  for (const { uid, tags } of dashboards) assert.ok(tags.includes("eucora"), uid)
})

test("the operations dashboard is fresh, and has the predecessor's tags", () => {
  const operations = dashboards.find(({ uid }) => uid === "eucora-operations")
  assert.is(operations?.refresh, "10s")
  assert.equal(operations?.tags, ["eucora", "control-plane", "deployment", "operations"])
})

test("the application's dashboard has the variable that links in our answers name", () => {
  const application = dashboards.find(({ uid }) => uid === "eucora-application")
  assert.ok(application?.templating.list.some(({ name }) => name === "app_name"))
})

/** Kinds of panels, by the folders of the SDK that describe their options. */
const kinds = {
  timeseries: "timeseries",
  stat: "stat",
  gauge: "gauge",
  bargauge: "bargauge",
  heatmap: "heatmap",
  piechart: "piechart",
  table: "table",
  "state-timeline": "statetimeline",
} as const

/** The SDK's types without what JSON cannot have: members of enums are their values, and marks of the SDK are left out. */
const plainTypes = `
type Plain<T> = 0 extends 1 & T ? unknown
  : T extends string ? \`\${T}\`
  : T extends readonly (infer E)[] ? readonly Plain<E>[]
  : T extends object ? { readonly [K in keyof T as K extends \`_\${string}\` ? never : K]: Plain<T[K]> }
  : T
type Kind<Type, Options, Custom> = Omit<Plain<Panel>, "targets" | "options" | "fieldConfig" | "type"> & {
  readonly type: Type
  readonly targets: readonly Plain<Dataquery>[]
  readonly options?: Plain<Partial<Options>>
  readonly fieldConfig: Omit<Plain<FieldConfigSource>, "defaults"> & {
    readonly defaults: Omit<Plain<FieldConfig>, "custom"> & { readonly custom?: Plain<Custom> }
  }
}
type Whole = Omit<Plain<Dashboard>, "panels" | "annotations"> & {
  readonly panels: readonly (Plain<RowPanel> | AnyKind)[]
  readonly annotations: {
    readonly list: readonly (Omit<Plain<AnnotationQuery>, "target"> & { readonly target: Plain<Dataquery> })[]
  }
}`

/** What the compiler says to dashboards as values of the SDK's types, which are made from Grafana's own schema. */
function judged(texts: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "eucora-schema-"))
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"))
  const sdk = "@grafana/grafana-foundation-sdk"
  const names = Object.entries(kinds)
  const program = [
    `import type { AnnotationQuery, Dashboard, FieldConfig, FieldConfigSource, Panel, RowPanel } from "${sdk}/dashboard"`,
    `import type { Dataquery } from "${sdk}/prometheus"`,
    ...names.map(([, module]) => `import type * as ${module} from "${sdk}/${module}"`),
    plainTypes,
    `type Custom<M> = M extends { defaultFieldConfig: () => infer C } ? C : never`,
    `type AnyKind = ${names.map(([type, module]) => `Kind<"${type}", ReturnType<typeof ${module}.defaultOptions>, Custom<typeof ${module}>>`).join(" | ")}`,
    ...texts.map((text, index) => `export const dashboard${index}: Whole = ${text}`),
  ]
  writeFileSync(join(folder, "dashboards.ts"), program.join("\n"))
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--moduleResolution", "nodenext", "--skipLibCheck"]
  const { stdout } = spawnSync(resolve("node_modules/.bin/tsc"), [...options, "dashboards.ts"], {
    cwd: folder,
    encoding: "utf8",
  })
  rmSync(folder, { recursive: true })
  return stdout
}

test("every dashboard has the shape of the schema of the pinned Grafana, options of its panels included", () => {
  assert.is(judged(dashboardTexts.map(({ text }) => text)), "")
})

test("a key or a value that the schema does not have is found", () => {
  const text = dashboardTexts.find(({ name }) => name === "eucora-operations.json")?.text ?? ""
  for (const [from, to] of [
    ['"drawStyle": "bars"', '"drawStyle": "dots"'],
    ['"colorMode": "background"', '"colourMode": "background"'],
    ['"expr":', '"query":'],
    ['"refresh": "10s"', '"refresh": 10'],
  ] as const) {
    assert.ok(text.includes(from), from)
    assert.match(judged([text.replace(from, to)]), /error TS/, to)
  }
})

test("what is looked at first is a dashboard that is there", () => {
  const home = /GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: \S+\/([\w-]+\.json)/.exec(
    readFileSync("compose.yaml", "utf8"),
  )
  assert.ok(readdirSync("grafana/dashboards").includes(home?.[1] ?? ""))
})

test.run()
