import { existsSync, readFileSync, renameSync } from "node:fs"
import { join } from "node:path"

/** Where a part of the stack logs to. */
export function logFile(dataDir: string, name: string): string {
  return join(dataDir, "logs", `${name}.log`)
}

/** Each run has logs of its own; those of the run before are kept beside them. */
export function setAside(log: string): void {
  if (existsSync(log)) renameSync(log, log.replace(/\.log$/, ".previous.log"))
}

/** The end of a log, indented, for a message. */
export function lastLines(log: string, count: number): string {
  if (!existsSync(log)) return ""
  const lines = readFileSync(log, "utf8").trimEnd().split("\n").slice(-count)
  return lines.map((line) => `    ${line.slice(0, 500)}`).join("\n")
}
