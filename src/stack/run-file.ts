import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { signalGroup } from "./launcher.ts"
import { identify, isAlive, type ProcessId } from "./process-id.ts"
import type { State } from "./unit.ts"

/** One process of a stack as others see it. */
export interface UnitView {
  readonly name: string
  readonly version: string | undefined
  readonly address: string
  readonly state: State
  readonly detail: string
  /** When it came into this state, milliseconds since 1970. */
  readonly sinceMs: number
  readonly process: ProcessId | undefined
  readonly log: string
  readonly without: string
  readonly optional: boolean
}

/** What a running stack tells the other commands, by a file under its data. */
export interface Run {
  readonly supervisor: ProcessId
  readonly guard: ProcessId | undefined
  readonly startedMs: number
  readonly units: readonly UnitView[]
}

const fileOf = (dataDir: string): string => join(dataDir, "run", "stack.json")

/** What does not change while we run. */
export function newRun(guardPid: number | undefined): Omit<Run, "units"> {
  const supervisor = identify(process.pid)
  if (supervisor === undefined) throw new Error("this system tells nothing of its processes: is /proc or ps missing?")
  return { supervisor, guard: guardPid === undefined ? undefined : identify(guardPid), startedMs: Date.now() }
}

/** Replaces the file as a whole: who reads it never sees a half. */
export function writeRun(dataDir: string, run: Run): void {
  const file = fileOf(dataDir)
  writeFileSync(`${file}.new`, JSON.stringify(run, null, 1))
  renameSync(`${file}.new`, file)
}

/** The stack on this data: undefined when there is none, not alive when it was killed before it could clean up. */
export function readRun(dataDir: string): (Run & { readonly alive: boolean }) | undefined {
  const file = fileOf(dataDir)
  if (!existsSync(file)) return undefined
  const run = JSON.parse(readFileSync(file, "utf8")) as Run
  return { ...run, alive: isAlive(run.supervisor) }
}

export function removeRun(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true })
}

/** Ends what a stack that was killed has left. Its guard does so already; where that was killed as well, we do. */
export async function endRest(dataDir: string): Promise<void> {
  const run = readRun(dataDir)
  if (run === undefined || run.alive) return
  const left = run.units.flatMap((unit) => unit.process ?? [])
  await ended(run.guard === undefined ? [] : [run.guard])
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    for (const process of left.filter(isAlive)) signalGroup(process.pid, signal)
    await ended(left)
  }
  removeRun(dataDir)
}

/** Waits as long as an orderly end takes at most: 25 s. */
async function ended(processes: readonly ProcessId[]): Promise<void> {
  const end = performance.now() + 25_000
  while (processes.some(isAlive) && performance.now() < end) await sleep(50)
}
