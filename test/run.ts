/**
 * Runs every test file in a process of its own, a few at a time, on one PostgreSQL server; closes with `N passed, N failed`.
 * Usage: node test/run.ts [--again] [glob …]; without a glob, everything that needs no built server. With --again a file
 * that failed runs once more, with the machine to itself: what only a busy machine breaks is printed, and does not count.
 */
import { spawn } from "node:child_process"
import { glob } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { startTestServer } from "../src/db/testing.ts"

interface Outcome {
  readonly file: string
  readonly passed: number
  readonly failed: number
}

const quickTests = ["src/**/*.test.ts", "grafana/**/*.test.ts", "test/contract/**/*.test.ts"]
const again = process.argv.includes("--again")
const patterns = process.argv.slice(2).filter((argument) => argument !== "--again")
/** The system and fault tests start whole stacks, kill and restart servers, and take their time. */
const heavy = patterns.some((pattern) => /system|faults|browser/.test(pattern))
/** A file that runs longer hangs. */
const limitMs = heavy ? 900_000 : 60_000

function runFile(file: string, postgresUrl: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, TEST_POSTGRES_URL: postgresUrl }
    const child = spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "pipe"], detached: true })
    const started = performance.now()
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk))
    const timer = setTimeout(() => {
      output += `\nkilled: ran past ${limitMs / 1000} s\n`
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
    }, limitMs)
    child.on("close", (code) => {
      clearTimeout(timer)
      const outcome = { file, ...counted(output, code) }
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${outcome.failed === 0 ? "ok  " : "FAIL"} ${file} (${outcome.passed}, ${seconds} s)`)
      if (outcome.failed > 0) console.log(output)
      resolve(outcome)
    })
  })
}

/** A file that did not count its tests, or ended with an error, has failed, whatever it printed. */
function counted(output: string, code: number | null): Omit<Outcome, "file"> {
  const number = (label: string) => Number(new RegExp(`^ {2}${label}: +(\\d+)$`, "m").exec(output)?.[1] ?? 0)
  const [total, passed] = [number("Total"), number("Passed")]
  const clean = code === 0 && total > 0
  return { passed, failed: Math.max(total - passed, clean ? 0 : 1) }
}

const files = (await Array.fromAsync(glob(patterns.length > 0 ? patterns : quickTests))).sort()
const server = await startTestServer()

async function runAll(queue: readonly string[], lanes: number): Promise<Outcome[]> {
  const waiting = [...queue]
  const outcomes: Outcome[] = []
  const lane = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
      outcomes.push(await runFile(file, server.url))
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return outcomes
}

/** What compares how long things take wants the machine to itself. */
const isAlone = (file: string) => /\/faults\/(breaker|outage)\.test\.ts$/.test(file)
/** Those that take minutes start first, or the others would be waiting for them at the end. */
const isLong = (file: string) =>
  /\/(alerts-firing|exactness|expressions|model|schemathesis|truth)\.test\.ts$/.test(file)
const together = files.filter((file) => !isAlone(file))
const inOrder = [...together.filter(isLong), ...together.filter((file) => !isLong(file))]
// Most of them wait for something now and then.
const outcomes = [...(await runAll(inOrder, availableParallelism() + 1)), ...(await runAll(files.filter(isAlone), 1))]

/** What failed is given a second run where that was asked for, and then that one counts. */
async function secondRuns(first: readonly Outcome[]): Promise<Outcome[]> {
  const failed = first.filter((outcome) => outcome.failed > 0).map(({ file }) => file)
  if (!again || failed.length === 0) return [...first]
  console.log(`once more, one at a time: ${failed.join(", ")}`)
  const second = await runAll(failed, 1)
  return [...first.filter(({ file }) => !failed.includes(file)), ...second]
}

const final = await secondRuns(outcomes)
await server.stop()
const sum = (pick: (outcome: Outcome) => number) => final.reduce((total, outcome) => total + pick(outcome), 0)
const failed = sum((outcome) => outcome.failed) + (files.length === 0 ? 1 : 0)
console.log(`${sum((outcome) => outcome.passed)} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
