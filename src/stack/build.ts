import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs"
import { setPriority } from "node:os"
import { basename, dirname, join } from "node:path"
import type { StackConfig } from "./config.ts"
import { cacheFolder, onPath } from "./find.ts"
import type { Launcher } from "./launcher.ts"
import { lock } from "./lock.ts"
import { lastLines } from "./logs.ts"
import type { Part, Step } from "./parts.ts"
import { identify } from "./process-id.ts"

/** A part that cannot be had on this machine as it is. */
export class MissingPart extends Error {
  override readonly name = "MissingPart"
}

export interface Workshop {
  readonly config: StackConfig
  readonly launcher: Launcher
  /** File for what the toolchain says. */
  readonly log: string
}

/**
 * Builds a part into the cache, in a folder that is renamed when all is there: who looks finds a whole part or none.
 * Waits when another process of this machine is building it. Throws an Error with the last lines of the log when a step
 * fails, and the signal's reason when it is aborted.
 */
export async function buildPart(part: Part, workshop: Workshop, signal: AbortSignal): Promise<void> {
  const target = cacheFolder(part, workshop.config)
  mkdirSync(dirname(target), { recursive: true })
  const unlock = await lock(`${target}.lock`, () => existsSync(target), signal)
  if (unlock === undefined) return
  removeLeftovers(target)
  const site = mkdtempSync(`${target}.${process.pid}-`)
  try {
    const [work, out] = [join(site, "work"), join(site, "out")]
    for (const folder of [work, out]) mkdirSync(folder)
    const steps = part.steps({ checkout: workshop.config.checkout, work, out })
    for (const step of steps) await runStep(part, step, work, workshop, signal)
    moveInto(out, target)
  } finally {
    rmSync(site, { recursive: true, force: true })
    unlock()
  }
}

/** Throws MissingPart, with what to do about it, where there is nothing to build with. */
export function mustHaveGo(part: Part, path: string): void {
  if (onPath("go", path) !== undefined) return
  const names = Object.values(part.programs).flatMap((release) => (release === undefined ? [] : [release.name]))
  const other = names.length === 0 ? "" : `, or put ${names.join(" and ")} ${part.version} on PATH`
  throw new MissingPart(`not on PATH, not built yet, and no Go is there to build it: install Go 1.26 or later${other}`)
}

/** What builds left behind that were killed with -9. */
function removeLeftovers(target: string): void {
  for (const name of readdirSync(dirname(target))) {
    const pid = name.startsWith(`${basename(target)}.`) ? /\.(\d+)-\w+$/.exec(name)?.[1] : undefined
    if (pid !== undefined && identify(Number(pid)) === undefined) {
      rmSync(join(dirname(target), name), { recursive: true, force: true })
    }
  }
}

async function runStep(part: Part, step: Step, work: string, workshop: Workshop, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const [program, ...args] = step.command
  const environment = { ...workshop.config.environment, ...toolchain, GOTMPDIR: work, ...step.environment }
  const child = workshop.launcher.launch({ program, args, cwd: step.cwd, environment, log: workshop.log })
  yieldToOthers(child.pid)
  const end = (): void => child.signal("SIGTERM")
  signal.addEventListener("abort", end)
  const exit = await child.exited
  signal.removeEventListener("abort", end)
  signal.throwIfAborted()
  if (exit.code === 0) return
  const ended = `${basename(program)} ${args[0] ?? ""} ended with ${exit.code ?? exit.signal}`
  const end8 = lastLines(workshop.log, 8)
  throw new Error(`the build of ${part.name} ${part.version} failed: ${ended}. The end of ${workshop.log}:\n${end8}`)
}

/** No flags of the user's (such as -mod=vendor), no workspace above the cache, no stamp of a repository around it. */
const toolchain = { GOFLAGS: "-buildvcs=false", GOWORK: "off" }

/** What already runs goes first. */
function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, 10)
  } catch {
    // it has ended already, or the system does not let us: then it just takes its share
  }
}

/** Two who built the same at the same moment have the same: the second leaves what the first put there. */
function moveInto(out: string, target: string): void {
  try {
    renameSync(out, target)
  } catch (error) {
    if (!existsSync(target)) throw error
  }
}
