/** A world for the command line that notes what was written. */
import { Secret } from "../../lib/secret.ts"
import type { CliEnvironment } from "../config.ts"
import type { Io, Output } from "../io.ts"
import { run } from "../run.ts"
import { type Line, paint } from "../terminal/paint.ts"

interface Noted extends Output {
  text(): string
}

/** Columns, or none where it is no terminal. */
function noting(columns?: number): Noted {
  let all = ""
  return {
    write: (text) => {
      all += text
    },
    size: () => (columns === undefined ? undefined : { columns, rows: 40 }),
    colour: "plain",
    text: () => all,
  }
}

interface World {
  readonly environment: CliEnvironment
  /** Of the terminal that standard output is. */
  readonly columns?: number
  readonly typed?: string
  readonly patienceMs?: number
  readonly signal?: AbortSignal
}

export interface Said {
  readonly exit: number
  readonly out: string
  readonly err: string
}

/** The world of one command, and what was written so far. */
export function world({
  environment,
  columns,
  typed = "",
  patienceMs = 10_000,
  signal = new AbortController().signal,
}: World) {
  const [out, err] = [noting(columns), noting()]
  const io: Io = {
    out,
    err,
    environment,
    signal,
    now: () => new Date(),
    patienceMs,
    readInput: async () => typed,
    readSecret: async () => new Secret(typed),
  }
  return { io, out, err }
}

/** Runs a command line to its end. */
export async function said(args: readonly string[], given: World): Promise<Said> {
  const { io, out, err } = world(given)
  const exit = await run(args, io, "1.2.3")
  return { exit, out: out.text(), err: err.text() }
}

/** A screen as it is written without colours. */
export const drawn = (lines: readonly Line[]): string => lines.map((line) => `${paint(line, "plain")}\n`).join("")
