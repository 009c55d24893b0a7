/**
 * How long each query of each dashboard takes at the bound of the labels, with 15 days of history.
 * Usage: node bench/dashboard-queries.ts. Needs the built parts (`npm run parts`), some 10 GB of disk and several minutes.
 * DATA_DIR keeps the history for another run.
 */
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { parse } from "yaml"
import { partPath } from "../src/stack/parts.ts"
import { selectors } from "../test/contract/promql.ts"
import { known } from "../test/contract/series.ts"
import { waitFor } from "../test/system/lib/wait.ts"
import { writeHistory } from "./lib/blocks.ts"
import { type Question, questions } from "./lib/grafana.ts"

const target = 100
const rounds = 7

const keep = process.env["DATA_DIR"]
const folder = keep ?? mkdtempSync(join(tmpdir(), "eucora-dashboards-"))
const endFile = join(folder, "end")
if (!existsSync(endFile)) generate()
const end = Number(readFileSync(endFile, "utf8"))
const asked = questions(end)

const port = 20_000 + Math.floor(Math.random() * 10_000)
const prometheus = start(port)
try {
  const api = `http://127.0.0.1:${port}`
  await waitFor(async () => (await fetch(`${api}/-/ready`)).ok, Boolean, 60)
  const results = []
  for (const question of asked) results.push(await measure(api, question))
  report(results)
} finally {
  prometheus.kill("SIGTERM")
  await new Promise((ended) => prometheus.once("exit", ended))
  if (keep === undefined) rmSync(folder, { recursive: true })
}

/** What dashboards ask for, and everything with a label per application. */
function generate(): void {
  mkdirSync(join(folder, "data"), { recursive: true })
  const end = Math.floor(Date.now() / 7_200_000) * 7_200
  const named = new Set(
    questions(end)
      .flatMap(({ expr }) => (expr.startsWith("label_values") ? [] : selectors(expr)))
      .map(({ metric }) => metric),
  )
  const metrics = [...known]
    .filter(([metric, labels]) => named.has(metric) || labels.has("app_name"))
    .map(([metric]) => metric)
  const { series, samples } = writeHistory(folder, metrics, intervals(), end)
  console.log(`${series} series, ${samples} samples`)
  writeFileSync(endFile, String(end))
}

/** Seconds between two evaluations of each recorded series. */
function intervals(): ReadonlyMap<string, number> {
  const files = readdirSync("prometheus/rules").map((name) => parse(readFileSync(`prometheus/rules/${name}`, "utf8")))
  const groups = files.flatMap(
    ({ groups }) => groups as readonly { interval?: string; rules: readonly { record?: string }[] }[],
  )
  const seconds: Readonly<Record<string, number>> = { "15s": 15, "30s": 30, "1m": 60 }
  return new Map(
    groups.flatMap(({ interval = "", rules }) =>
      rules.map(({ record = "" }) => [record, seconds[interval] ?? 5] as const),
    ),
  )
}

/** On the generated blocks alone: nothing is scraped, and nothing compacted meanwhile. */
function start(port: number) {
  const config = join(folder, "prometheus.yaml")
  writeFileSync(config, "global: { scrape_interval: 5s }\n")
  const blocks = [
    "--storage.tsdb.min-block-duration=512h",
    "--storage.tsdb.max-block-duration=512h",
    "--storage.tsdb.retention.time=90d",
  ]
  const flags = readFileSync("prometheus/flags", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("--enable-feature"))
  const args = [...flags, ...blocks, `--config.file=${config}`, `--storage.tsdb.path=${join(folder, "data")}`]
  return spawn(partPath("prometheus"), [...args, `--web.listen-address=127.0.0.1:${port}`, "--log.level=error"], {
    stdio: ["ignore", "inherit", "inherit"],
  })
}

interface Result extends Question {
  readonly first: number
  readonly median: number
  readonly answered: number
}

async function measure(api: string, question: Question): Promise<Result> {
  const times: number[] = []
  let answered = 0
  for (let round = 0; round <= rounds; round++) {
    const started = performance.now()
    answered = await once(api, question)
    times.push(performance.now() - started)
  }
  const [first = Number.NaN, ...warm] = times
  return { ...question, first, answered, median: warm.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN }
}

/** How many series or values the answer has. Throws an Error with what Prometheus says. */
async function once(api: string, { path, form, expr }: Question): Promise<number> {
  const body = new URLSearchParams(form)
  const get = path.startsWith("label/")
  const answer = await fetch(`${api}/api/v1/${path}${get ? `?${body}` : ""}`, get ? {} : { method: "POST", body })
  const { status, error, data } = (await answer.json()) as {
    status: string
    error?: string
    data: { result: unknown[] } & unknown[]
  }
  if (status !== "success") throw new Error(`${expr}: ${error}`)
  return (data.result ?? data).length
}

function report(results: readonly Result[]): void {
  const ms = (value: number) => value.toFixed(1).padStart(8)
  const load = loadavg()
    .map((each) => each.toFixed(1))
    .join(", ")
  console.log(`${availableParallelism()} cores, load average ${load}: more than one per core makes all of this slower`)
  console.log("  median    first  series  query")
  for (const { median, first, answered, dashboard, panel } of results)
    console.log(`${ms(median)} ${ms(first)} ${String(answered).padStart(7)}  ${dashboard}: ${panel}`)
  const worst = results.reduce((slowest, each) => (each.median > slowest.median ? each : slowest))
  const silent = results.filter(({ answered }) => answered === 0)
  console.log(
    `${results.length} queries, ${silent.length} without an answer: ${silent.map(({ dashboard, panel }) => `${dashboard}: ${panel}`).join("; ")}`,
  )
  console.log(
    `worst: ${worst.median.toFixed(1)} ms, ${worst.dashboard}: ${worst.panel} (target ${target} ms)\n  ${worst.expr}`,
  )
  process.exitCode = worst.median <= target ? 0 : 1
}
