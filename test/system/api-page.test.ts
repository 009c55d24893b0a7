/** docs/api.md as it stands: every block in one shell, in order; what comes out is what the page shows. */
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { text } from "node:stream/consumers"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { type OwnStack, ownStack } from "./lib/stack.ts"

interface Block {
  readonly commands: string
  /** Lines that are printed, in this order, with `…` for anything; none where the page shows nothing. */
  readonly shown: readonly string[]
}

/** The page's shell blocks, each with the answer that stands right below it. */
function blocksOf(page: string): readonly Block[] {
  const pairs = page.matchAll(/^```sh\n(.*?)^```\n(?:```(?:json|text)\n(.*?)^```\n)?/gms)
  return Array.from(pairs, ([, commands = "", shown = ""]) => ({ commands, shown: shown.split("\n").filter(Boolean) }))
}

const escaped = (part: string) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
const patternOf = (line: string) =>
  new RegExp(`^${line.split("…").map(escaped).join(".*")}${line.startsWith("{") ? "" : "$"}`)

/** The first shown line that does not come, in order; `undefined` when all do. */
function missing(shown: readonly string[], printed: readonly string[]): string | undefined {
  let at = 0
  return shown.find((line) => {
    const found = printed.findIndex((candidate, index) => index >= at && patternOf(line).test(candidate))
    at = found + 1
    return found === -1
  })
}

const blocks = blocksOf(readFileSync("docs/api.md", "utf8"))
const mark = "block ended"

/** What each block prints, as far as the shell gets: it stops where a command fails. */
async function walk(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const script = blocks.map(({ commands }) => `${commands}echo '${mark}'\n`).join("")
  const env = { ...process.env, ...environment }
  const shell = spawn("bash", ["-euc", script], { env, stdio: ["ignore", "pipe", "inherit"], timeout: 240_000 })
  return (await text(shell.stdout)).replaceAll("\r", "").split(`${mark}\n`)
}

const test = suite<{ own: OwnStack; printed: readonly string[] }>("docs/api.md")

test.before(async (context) => {
  context.own = await ownStack({ only: ["api", "worker", "simulator"] })
  const { api, token } = context.own.config
  context.printed = await walk({ EUCORA_URL: api, EUCORA_TOKEN: token })
})

test.after(async ({ own }) => own?.close())

for (const [index, { commands, shown }] of blocks.entries())
  test(`block ${index + 1} works and prints what the page shows: ${commands.split("\n")[0]}`, ({ printed }) => {
    assert.ok(index < printed.length - 1, `the shell stopped:\n${printed.at(-1)}`)
    const lines = (printed[index] ?? "").split("\n")
    assert.is(missing(shown, lines), undefined, lines.join("\n"))
  })

test.run()
