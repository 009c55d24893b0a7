import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"

/** A process beyond doubt: its number alone may by now belong to another one. */
export interface ProcessId {
  readonly pid: number
  /** When it started, in whatever form the system tells it. */
  readonly started: string
}

/** undefined when no such process lives; one that has ended and was not yet collected counts as dead. */
export function identify(pid: number): ProcessId | undefined {
  const started = process.platform === "linux" ? startedOnLinux(pid) : startedByPs(pid)
  return started === undefined ? undefined : { pid, started }
}

export function isAlive(id: ProcessId): boolean {
  return identify(id.pid)?.started === id.started
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold anything, so fields are counted behind its bracket (proc(5)). */
function startedOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return fields[0] === "Z" ? undefined : fields[19]
  } catch {
    return undefined // no such file: no such process
  }
}

function startedByPs(pid: number): string | undefined {
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" })
  return stdout.trim() === "" ? undefined : stdout.trim()
}
