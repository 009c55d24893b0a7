/** Commands as somebody types them, in a pseudo-terminal or through a pipe, and what one then sees. */
import { spawn } from "node:child_process"

export interface Shell {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Ran {
  readonly code: number | null
  /** Everything that was written, escape sequences and all. */
  readonly text: string
}

const columns = 80
const rows = 40

/** `script` is part of every Debian (bsdutils): it makes the pseudo-terminal, and passes on what is typed. */
const inTerminal = (command: string) =>
  ["script", ["-qefc", `stty cols ${columns} rows ${rows}; ${command}`, "/dev/null"]] as const
const throughPipe = (command: string) => ["/bin/sh", ["-c", command]] as const

export type Where = "terminal" | "pipe"

/** What is typed once a text has been written. */
export interface Typing {
  readonly after: string
  readonly text: string
}

/** Runs a command line of the shell; stdin stays open until it has ended. */
export function type(command: string, where: Where, { cwd, env }: Shell, typing?: Typing): Promise<Ran> {
  const [program, args] = where === "terminal" ? inTerminal(command) : throughPipe(command)
  const child = spawn(program, args, { cwd, env: { ...env, SHELL: "/bin/sh", TERM: "xterm-256color" } })
  let text = ""
  let typed = false
  const hear = (chunk: Buffer) => {
    text += chunk
    if (typed || typing === undefined || !text.includes(typing.after)) return
    typed = true
    child.stdin.write(typing.text)
  }
  child.stdout.on("data", hear)
  child.stderr.on("data", hear)
  child.stdin.on("error", () => {}) // it may have ended before it read anything
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, text }))
  })
}

const escapeCharacter = String.fromCodePoint(0x1b)

/** What stands on the screen in the end: the movements of the cursor that our programs make, obeyed; colours left out. */
export function screenOf(text: string): string {
  const lines: string[] = [""]
  let row = 0
  for (const [part] of text.matchAll(/\r?\n|\r|\p{Cc}\[[?\d;]*[A-Za-z]|[^\p{Cc}]+/gu)) {
    if (part.endsWith("\n")) row++
    else if (!part.startsWith(escapeCharacter)) lines[row] = (lines[row] ?? "") + part
    else if (part.endsWith("A")) row -= Number(part.slice(2, -1))
    else if (part.endsWith("K")) lines[row] = ""
    else if (part.endsWith("J")) lines.length = Math.min(lines.length, row)
  }
  return Array.from(lines, (line) => line ?? "").join("\n")
}
