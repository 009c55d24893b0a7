/** The documentation: what it names exists, and what is generated of it is up to date. */
import { readFileSync } from "node:fs"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { metricsPage } from "../../docs/source/metrics.ts"
import packageJson from "../../package.json" with { type: "json" }
import { loadConfig } from "../../src/config.ts"
import { simulatorConfig } from "../../src/simulator/config.ts"
import { stackConfig } from "../../src/stack/config.ts"
import { others } from "./others.ts"
import {
  apiProblems,
  brokenLinks,
  type Document,
  document,
  documents,
  missingFiles,
  named,
  queriesOf,
  scriptsOf,
} from "./pages.ts"
import { known, problems } from "./series.ts"

const page = (file: string) => document(file, readFileSync(file, "utf8"))
const metrics = page("docs/metrics.md")
const operations = page("docs/operations.md")
const configuration = page("docs/configuration.md")

test("the page of metrics is what its source makes", () => {
  assert.ok(metrics.text === metricsPage(), "run npm run docs")
})

/** Every name in backticks, `a_{b,c}` as both. */
function seriesOn({ text }: Document): ReadonlySet<string> {
  const names = [...text.matchAll(/`([a-z]\w*)(?:\{([a-z,]+)\})?`/g)].flatMap(([, name = "", suffixes]) =>
    suffixes === undefined ? [name] : suffixes.split(",").map((suffix) => name + suffix),
  )
  return new Set(names)
}

test("every series that queries may ask for is on it, but for those of others and of rules", () => {
  const listed = seriesOn(metrics)
  const ours = [...known.keys()].filter((name) => !(name in others) && !name.includes(":"))
  assert.ok(ours.length > 60)
  assert.equal(
    ours.filter((name) => !listed.has(name)),
    [],
  )
})

test("what the predecessors' metrics became exists", () => {
  const [, section = ""] = page("docs/migration.md").text.split("\n## Metrics\n")
  const rows = section.split("\n## ")[0]?.match(/^\| [^`].*$/gm) ?? []
  const successors = seriesOn(
    document("docs/migration.md", rows.map((row) => row.split("|").slice(2).join("|")).join("\n")),
  )
  assert.ok(successors.size > 30)
  for (const name of successors) assert.ok(known.has(name), name)
})

test("every query of a page asks for what exists", () => {
  for (const { file, text } of documents)
    for (const query of queriesOf(text)) assert.equal(problems(query), [], `${file}: ${query}`)
  assert.ok(queriesOf(operations.text).length >= 15)
})

/** Names and defaults of a table of settings: the rows of one section. */
function settings(section: string): ReadonlyMap<string, string> {
  const text = configuration.text.split(/^## /m).find((each) => each.startsWith(`${section}\n`)) ?? ""
  const rows = [...text.matchAll(/^\| ([A-Z_]+) \| (.*?) \|/gm)].map(
    ([, name = "", value = ""]) => [name, value] as const,
  )
  assert.is(new Set(rows.map(([name]) => name)).size, rows.length, `${section}: each once`)
  return new Map(rows)
}

/** The variables that a schema declares. */
const declared = (file: string) =>
  [...readFileSync(file, "utf8").matchAll(/^ {2}([A-Z][A-Z_]+): (?!z\.output)/gm)].map(([, name = ""]) => name)

/** As the tables write it: what is not set, and what is. */
const written = (value: unknown) => (value === undefined ? "unset" : value === "" ? "empty" : String(value))

const blank = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, ""]))

test("every setting of api and worker is documented once, with its default", () => {
  const names = declared("src/config.ts")
  const defaults: Readonly<Record<string, unknown>> = {
    ...loadConfig({ DATABASE_URL: "postgres://somebody@127.0.0.1/some" }),
    DATABASE_URL: "required",
  }
  assert.ok(names.length > 40)
  assert.equal(settings("api, worker"), new Map(names.map((name) => [name, written(defaults[name])])))
})

test("every setting of the simulator is documented once, with its default", () => {
  const names = declared("src/simulator/config.ts")
  const { SIMULATOR_DEVICES: devices, ...rest } = simulatorConfig({})
  const all = Object.entries(devices).map(([ring, count]) => `${ring}=${count}`)
  const defaults: Readonly<Record<string, unknown>> = { ...rest, SIMULATOR_DEVICES: all.join(",") }
  assert.equal(settings("Simulator"), new Map(names.map((name) => [name, written(defaults[name])])))
})

test("every setting of `npm run up` is documented once, ports with their defaults", () => {
  const names = declared("src/stack/config.ts")
  const { ports, apis, workers } = stackConfig(blank(names))
  const defaults: Readonly<Record<string, unknown>> = {
    ...{ ...ports, API_PROCESSES: apis, WORKER_PROCESSES: workers },
    ...{ DATA_DIR: ".data", XDG_CACHE_HOME: "~/.cache", PATH: "", ALERTMANAGER_CONFIG: "alertmanager.yaml" },
  }
  assert.ok(names.length > 20)
  assert.equal(settings("npm run up"), new Map(names.map((name) => [name, written(defaults[name])])))
})

test("every variable of compose.yaml is documented, with its default", () => {
  const listed = new Map([...settings("npm run up"), ...settings("compose.yaml")])
  for (const [, name = "", value] of readFileSync("compose.yaml", "utf8").matchAll(/\$\{([A-Z_]+):?-([^}]*)\}/g))
    assert.is(listed.get(name), written(value), name)
})

test("every link between pages leads to a page, and to a heading that it has", () => {
  assert.equal(documents.flatMap(brokenLinks), [])
})

test("every page of docs/ is in its index", () => {
  const { text } = page("docs/README.md")
  const pages = documents.map(({ file }) => /^docs\/([^/]+\.md)$/.exec(file)?.[1] ?? "README.md")
  for (const name of pages) assert.ok(name === "README.md" || text.includes(`](${name})`), name)
})

test("every npm script that a page names is one", () => {
  const scripts = new Set(["test", "ci", ...Object.keys(packageJson.scripts)])
  for (const { file, text } of documents)
    for (const script of scriptsOf(text)) assert.ok(scripts.has(script), `${file}: npm run ${script}`)
})

test("every file that a page names is there", () => assert.equal(named.flatMap(missingFiles), []))

test("every path of the API that a page names is one, with that method", () => {
  assert.equal(named.flatMap(apiProblems), [])
})

test("what does not exist is found", () => {
  const text = `[a](nowhere.md) [b](metrics.md#nothing) \`src/nothing.ts\` \`POST /deployments/{id}/explode\`
\`\`\`sh
npm run nothing
curl "$API/deploymentss?limit=1"
curl -X POST "$API/deployments/$ID/events"
\`\`\`
\`\`\`promql
sum(deployments_total)
\`\`\``
  const wrong = document("docs/wrong.md", text)
  assert.equal(brokenLinks(wrong), ["docs/wrong.md: nowhere.md", "docs/wrong.md: metrics.md#nothing"])
  assert.equal(missingFiles(wrong), ["docs/wrong.md: src/nothing.ts"])
  assert.equal(apiProblems(wrong).length, 3)
  assert.equal(scriptsOf(text), ["nothing"])
  assert.equal(queriesOf(text).flatMap(problems), ["metric deployments_total"])
})

test.run()
