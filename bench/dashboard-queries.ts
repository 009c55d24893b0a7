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

/** What dashboards and rules ask for, and everything with a label per application. */
function generate(): void {
  mkdirSync(join(folder, "data"), { recursive: true })
  const end = Math.floor(Date.now() / 7_200_000) * 7_200
  const asked = questions(end).filter(({ expr }) => !expr.startsWith("label_values"))
  const evaluated = ruleGroups().flatMap(({ rules }) => rules)
  const named = new Set([...asked, ...evaluated].flatMap(({ expr }) => selectors(expr)).map(({ metric }) => metric))
  const metrics = [...known]
    .filter(([metric, labels]) => named.has(metric) || labels.has("app_name"))
    .map(([metric]) => metric)
  const { series, samples } = writeHistory(folder, metrics, intervals(), end)
  console.log(`${series} series, ${samples} samples`)
  writeFileSync(endFile, String(end))
}

interface Group {
  readonly interval?: string
  readonly rules: readonly { readonly record?: string; readonly expr: string }[]
}

function ruleGroups(): readonly Group[] {
  const files = readdirSync("prometheus/rules").map((name) => readFileSync(`prometheus/rules/${name}`, "utf8"))
  return files.flatMap((text) => (parse(text) as { readonly groups: readonly Group[] }).groups)
}

/** Seconds between two evaluations of each recorded series. */
function intervals(): ReadonlyMap<string, number> {
  const seconds: Readonly<Record<string, number>> = { "15s": 15, "30s": 30, "1m": 60 }
  return new Map(
    ruleGroups().flatMap(({ interval = "", rules }) =>
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

/** Milliseconds. */
interface Result extends Question {
  readonly first: number
  readonly median: number
  /** CPU time of Prometheus for one answer, of all its threads: what other work on the machine does not change. */
  readonly cpu: number
  readonly answered: number
}

/** CPU time of a process so far, in the kernel's ticks of 10 ms. */
function cpuMs(pid: number | undefined): number {
  const [user = 0, system = 0] = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/.*\) /, "")
    .split(" ")
    .slice(11)
    .map(Number)
  return (user + system) * 10
}

async function measure(api: string, question: Question): Promise<Result> {
  const times: number[] = []
  let answered = 0
  const before = cpuMs(prometheus.pid)
  for (let round = 0; round <= rounds; round++) {
    const started = performance.now()
    answered = await once(api, question)
    times.push(performance.now() - started)
  }
  const cpu = (cpuMs(prometheus.pid) - before) / times.length
  const [first = Number.NaN, ...warm] = times
  const median = warm.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN
  return { ...question, first, median, cpu, answered }
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
  console.log("  median    first      CPU  series  query, slowest first")
  const sorted = results.toSorted((a, b) => b.median - a.median)
  for (const { median, first, cpu, answered, dashboard, panel } of sorted)
    console.log(`${ms(median)} ${ms(first)} ${ms(cpu)} ${String(answered).padStart(7)}  ${dashboard}: ${panel}`)
  const [worst] = sorted
  if (worst === undefined) throw new Error("no dashboard asks anything")
  const silent = results.filter(({ answered }) => answered === 0)
  console.log(
    `${results.length} queries, ${silent.length} without an answer: ${silent.map(({ dashboard, panel }) => `${dashboard}: ${panel}`).join("; ")}`,
  )
  console.log(
    `worst: ${worst.median.toFixed(1)} ms, ${worst.dashboard}: ${worst.panel} (target ${target} ms)\n  ${worst.expr}`,
  )
  process.exitCode = worst.median <= target ? 0 : 1
}
