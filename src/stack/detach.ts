import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs"
import { dirname } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { type StackConfig, stackConfig } from "./config.ts"
import { lastLines, logFile, setAside } from "./logs.ts"
import { progress } from "./progress.ts"
import { type Run, readRun } from "./run-file.ts"
import { tokenFile } from "./services/service.ts"
import { mustNotRun } from "./stack.ts"
import { notHealthy, summary } from "./summary.ts"
import { isSettled } from "./unit.ts"

/** Starts a stack in the background and shows its way until all has settled. Resolves to the exit code. */
export async function detach(only: readonly string[] | undefined): Promise<number> {
  const config = stackConfig()
  mustNotRun(config.dataDir)
  const log = logFile(config.dataDir, "stack")
  const supervisor = spawnSupervisor(only, log)
  const run = await settledRun(config, supervisor)
  supervisor.unref()
  if (run === undefined) throw new Error(`Nothing could be started. The end of ${log}:\n${lastLines(log, 30)}`)
  const seconds = (Date.now() - run.startedMs) / 1_000
  process.stdout.write(
    summary({ units: run.units, seconds, adminToken: adminToken(config), ringProfile: config.ringProfile }),
  )
  return notHealthy(run.units).length === 0 ? 0 : 1
}

function spawnSupervisor(only: readonly string[] | undefined, log: string): ChildProcess {
  setAside(log)
  mkdirSync(dirname(log), { recursive: true })
  const file = openSync(log, "a")
  const main = fileURLToPath(new URL("main.ts", import.meta.url))
  const args = only === undefined ? [main] : [main, "--only", only.join(",")]
  const supervisor = spawn(process.execPath, args, { detached: true, stdio: ["ignore", file, file] })
  closeSync(file)
  return supervisor
}

/** Shows every change until all has settled; undefined when the supervisor ended before. */
async function settledRun(config: StackConfig, supervisor: ChildProcess): Promise<Run | undefined> {
  const shown = progress(Date.now(), process.stdout)
  try {
    while (supervisor.exitCode === null && supervisor.signalCode === null) {
      await sleep(100)
      const run = readRun(config.dataDir)
      if (run === undefined || run.supervisor.pid !== supervisor.pid) continue
      shown.show(run.units)
      if (run.units.every((unit) => isSettled(unit.state))) return run
    }
    return undefined
  } finally {
    shown.end()
  }
}

function adminToken(config: StackConfig): string | undefined {
  const file = tokenFile(config)
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined
}
