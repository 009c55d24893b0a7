#!/usr/bin/env node
/** Entry of the command line: `eucora …`, or `node src/cli/main.ts …`. */
import { text } from "node:stream/consumers"
import packageJson from "../../package.json" with { type: "json" }
import { cliEnvironment } from "./config.ts"
import { outputOf } from "./io.ts"
import { run } from "./run.ts"
import { readSecret } from "./secret-input.ts"

// Whoever reads no further, such as head, is no error.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0)
    throw error
  })

const interrupt = new AbortController()
process.once("SIGINT", () => interrupt.abort()) // a second one ends it at once

const [out, err] = [outputOf(process.stdout), outputOf(process.stderr)]
const io = {
  out,
  err,
  environment: cliEnvironment(),
  now: () => new Date(),
  patienceMs: 10_000,
  signal: interrupt.signal,
  readInput: () => text(process.stdin),
  readSecret: (question: string) => readSecret(question, { input: process.stdin, err, interrupt }),
}
process.exitCode = await run(process.argv.slice(2), io, packageJson.version)
