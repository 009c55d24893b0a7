import { spawn } from "node:child_process"
import { closeSync, mkdirSync, openSync } from "node:fs"
import { dirname } from "node:path"
import { Guard } from "./guard.ts"

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** File to which stdout and stderr are appended. */
  readonly log: string
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A program that runs in a process group of its own. */
export interface Child {
  readonly pid: number
  readonly exited: Promise<Exit>
  /** Sends a signal to the whole group. Nothing happens when it has ended. */
  signal(signal: NodeJS.Signals): void
  /** SIGTERM, and SIGKILL for what is still there after `graceMs`. */
  stop(graceMs: number): Promise<Exit>
}

/** Starts programs such that none outlives us. */
export class Launcher {
  readonly #guard = new Guard()

  get guardPid(): number | undefined {
    return this.#guard.pid
  }

  /** Throws an Error when the program cannot be started at all. */
  launch(command: Command): Child {
    mkdirSync(dirname(command.log), { recursive: true })
    const log = openSync(command.log, "a")
    const { program, args, cwd, environment } = command
    const child = spawn(program, args, { cwd, env: { ...environment }, detached: true, stdio: ["ignore", log, log] })
    closeSync(log)
    child.on("error", () => {}) // told by the missing pid below
    const { pid } = child
    if (pid === undefined) throw new Error(`${program} cannot be started`)
    this.#guard.watch(pid)
    const exited = new Promise<Exit>((resolve) => {
      child.once("exit", (code, signal) => {
        signalGroup(pid, "SIGKILL") // what it started itself and left behind
        this.#guard.forget(pid)
        resolve({ code, signal })
      })
    })
    return { pid, exited, signal: (signal) => signalGroup(pid, signal), stop: (ms) => stop(pid, exited, ms) }
  }

  close(): void {
    this.#guard.close()
  }
}

async function stop(pid: number, exited: Promise<Exit>, graceMs: number): Promise<Exit> {
  signalGroup(pid, "SIGTERM")
  const late = setTimeout(() => signalGroup(pid, "SIGKILL"), graceMs)
  const exit = await exited
  clearTimeout(late)
  return exit
}

/** A group that has ended is no error: that is what the signal was for. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error
  }
}
