/** `npm run parts [-- names]`: finds or builds the servers that Go builds, one after the other. Exit code 1 when one fails. */
import { stackConfig } from "./config.ts"
import { Launcher } from "./launcher.ts"
import { type Part, type ProgramName, parts } from "./parts.ts"
import { Programs, type Tell } from "./programs.ts"
import { clock } from "./table.ts"

const launcher = new Launcher()
const programs = new Programs(stackConfig(), launcher, true)
const stopping = new AbortController()
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)))
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => !parts.some((part) => part.name === name))
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(", ")}; parts are ${parts.map((part) => part.name).join(", ")}.`)
  process.exitCode = 1
} else {
  for (const part of parts.filter(({ name }) => names.length === 0 || names.includes(name))) await provide(part)
}
launcher.close()

async function provide(part: Part): Promise<void> {
  if (stopping.signal.aborted) return
  const title = `${part.name} ${part.version}`
  const begun = Date.now()
  const told: Tell = (state, detail) =>
    state === "building" && console.log(`${title}: building, ${detail} with empty caches`)
  try {
    for (const program of Object.keys(part.programs) as ProgramName[]) {
      console.log(`${title}: ${await programs.get(program, told, stopping.signal)} (${clock(Date.now() - begun)})`)
    }
  } catch (error) {
    console.error(`${title}: ${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  }
}
