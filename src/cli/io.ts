import { styleText } from "node:util"
import type { Secret } from "../lib/secret.ts"
import type { CliEnvironment } from "./config.ts"
import { type Canvas, type Line, paint } from "./terminal/paint.ts"

/** Something that is written to. */
export interface Output {
  write(text: string): void
  /** Of a terminal, as it is now; undefined where it is none. */
  size(): { readonly columns: number; readonly rows: number } | undefined
  readonly colour: "colour" | "plain"
}

/** All that a command has of the world. */
export interface Io {
  readonly out: Output
  readonly err: Output
  readonly environment: CliEnvironment
  readonly now: () => Date
  /** How long a call may take, its repetitions included: somebody sits there and waits. Milliseconds. */
  readonly patienceMs: number
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  /** All of standard input. */
  readonly readInput: () => Promise<string>
  /** Asks for a secret without echo on a terminal, reads it from standard input elsewhere. */
  readonly readSecret: (question: string) => Promise<Secret>
}

/** NO_COLOR, FORCE_COLOR and what the terminal can: by node's own rules. */
export function outputOf(stream: NodeJS.WriteStream): Output {
  const probe = "x"
  return {
    write: (text) => void stream.write(text),
    size: () => (stream.isTTY ? { columns: stream.columns || 80, rows: stream.rows || 24 } : undefined),
    colour: styleText("red", probe, { stream }) === probe ? "plain" : "colour",
  }
}

/** Where screens are drawn for an output, now. */
export function canvasOf({ out, now }: Pick<Io, "out" | "now">): Canvas {
  return { width: out.size()?.columns ?? Number.POSITIVE_INFINITY, now: now() }
}

export function printLines(output: Output, lines: readonly Line[]): void {
  output.write(lines.map((line) => `${paint(line, output.colour)}\n`).join(""))
}

/** What JSON leaves as it is and a terminal might obey, escaped: the same JSON for whoever parses it. */
const commanding = /[\u007f-\u009f\p{Zl}\p{Zp}\p{Bidi_Control}]/gu

/** The API's answer as it is; on a terminal indented. */
export function printJson(output: Output, answer: unknown): void {
  const text = JSON.stringify(answer, null, output.size() === undefined ? 0 : 2)
  const escaped = (character: string) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`
  output.write(`${text.replaceAll(commanding, escaped)}\n`)
}
