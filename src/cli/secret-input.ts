import { createInterface } from "node:readline"
import { Writable } from "node:stream"
import { text } from "node:stream/consumers"
import { Secret } from "../lib/secret.ts"
import type { Output } from "./io.ts"

/**
 * A secret from whoever sits at the terminal, without echo, or else from standard input, of which it is the first line.
 * Rejects with the reason of `interrupt` when Ctrl-C is pressed.
 */
export async function readSecret(
  question: string,
  {
    input,
    err,
    interrupt,
  }: { readonly input: NodeJS.ReadStream; readonly err: Output; readonly interrupt: AbortController },
): Promise<Secret> {
  if (!input.isTTY) return new Secret(firstLine(await text(input)))
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: silence, terminal: true })
  err.write(question) // only now: the terminal echoes no more
  lines.on("SIGINT", () => interrupt.abort())
  const stop = () => lines.close()
  interrupt.signal.addEventListener("abort", stop)
  try {
    for await (const line of lines) return new Secret(line.trim())
    interrupt.signal.throwIfAborted()
    return new Secret("")
  } finally {
    interrupt.signal.removeEventListener("abort", stop)
    lines.close()
    err.write("\n")
  }
}

const firstLine = (all: string) => (all.split("\n")[0] ?? "").trim()
