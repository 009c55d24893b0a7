/** `npm run status`: each part of the stack of this DATA_DIR. Exit codes: 0 all healthy, 1 something is not, 3 nothing runs. */
import { Command } from "commander"
import { stackConfig } from "./config.ts"
import { readRun } from "./run-file.ts"
import { notHealthy } from "./summary.ts"
import { statusLines, troubles } from "./table.ts"

const { json } = new Command("npm run status --")
  .description(
    "Shows each part: state, version, address, process. Exit codes: 0 healthy, 1 something is not, 3 nothing runs.",
  )
  .option("--json", "for programs")
  .parse()
  .opts<{ json?: boolean }>()

const { dataDir } = stackConfig()
const run = readRun(dataDir)
if (run?.alive !== true) {
  const why = run === undefined ? "Nothing runs" : "The stack was killed (npm run down ends what is left of it)"
  console.log(json === true ? JSON.stringify({ running: false, parts: [] }) : `${why} on ${dataDir}.`)
  process.exitCode = 3
} else {
  const text = [...statusLines(run.units), ...troubles(run.units)].join("\n")
  console.log(json === true ? JSON.stringify({ running: true, parts: run.units }, null, 2) : text)
  process.exitCode = notHealthy(run.units).length === 0 ? 0 : 1
}
