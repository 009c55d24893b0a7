/** The command line on a running stack: the sessions of the documentation as they are written, and what only a terminal has. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join, resolve } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { startScene } from "./lib/rollout.ts"
import { Ids, sessionsOf, settled } from "./lib/sessions.ts"
import { screenOf, type Typing, type, type Where } from "./lib/terminal.ts"

const scene = await startScene([], { environment: { WORKER_PROCESSES: "1" } })
const folder = mkdtempSync(join(tmpdir(), "eucora-cli-"))
const { stack, config } = scene.own

test.after(async () => {
  await scene.own.close()
  rmSync(folder, { recursive: true })
})

const bin = join(folder, "bin")
mkdirSync(bin)
writeFileSync(join(bin, "eucora"), `#!/bin/sh\nexec "${process.execPath}" "${resolve("src/cli/main.ts")}" "$@"\n`)
chmodSync(join(bin, "eucora"), 0o755)

const shell = {
  cwd: process.cwd(),
  env: { PATH: [bin, process.env["PATH"]].join(delimiter), HOME: folder, LANG: "C.UTF-8" },
}

/** The addresses and the folder that the pages name are those of a stack with every default. */
const here = (command: string) =>
  command
    .replaceAll("http://127.0.0.1:8000", config.api)
    .replaceAll("http://127.0.0.1:8090", config.simulator)
    .replaceAll(".data/", `${stack.config.dataDir}/`)

const run = (command: string, where: Where, typing?: Typing) => type(here(command), where, shell, typing)
const ids = new Ids()
const sessions = sessionsOf(["README.md", "docs/cli.md"])

test("the documentation has a session in a terminal and one through a pipe", () => {
  for (const where of ["terminal", "pipe"])
    assert.ok(
      sessions.some((session) => session.where === where),
      where,
    )
})

for (const { file, where, steps } of sessions)
  test(`${file}: the session in a ${where} runs as it is written`, async () => {
    for (const { command, shown } of steps) {
      const said = screenOf((await run(ids.translate(command), where)).text)
      assert.fixture(settled(said), settled(shown), command)
      ids.learn(shown, said)
    }
  })

test("a token that is typed is not shown, and is kept", async () => {
  const [token, ask] = [scene.who.pia.token, "Token for"]
  const { code, text } = await run("eucora login http://127.0.0.1:8000", "terminal", { after: ask, text: `${token}\n` })
  assert.is(code, 0, text)
  assert.not.match(text, token)
  assert.match(text, "Logged in to")
  assert.is((await run("eucora list", "pipe")).code, 0)
})

test("Ctrl-C ends what follows with 130 and leaves the cursor as it was", async () => {
  const { body } = await scene.who.pia.post("/deployments", {
    ...{ app_name: "Waits", version: "1", target_ring: "LAB", connector_type: "intune" },
  })
  const interrupted = { after: "What it waits for", text: "\u0003" }
  const { code, text } = await run(`eucora watch ${body.id}`, "terminal", interrupted)
  assert.is(code, 130)
  assert.match(text, "\u001b[?25l")
  assert.match(text.slice(text.lastIndexOf("\u001b[?25l")), "\u001b[?25h")
})

test("colours are for terminals that want them", async () => {
  const colour = "\u001b["
  assert.match((await run("eucora list", "terminal")).text, colour)
  assert.not.match((await run("eucora list", "pipe")).text, colour)
  assert.not.match((await run("NO_COLOR=1 eucora list", "terminal")).text, colour)
  assert.match((await run("FORCE_COLOR=1 eucora list", "pipe")).text, colour)
})

test("whoever reads no further is no error", async () => {
  const { text } = await run('(eucora list --json; echo "ended with $?" >&2) | true', "pipe")
  assert.is(text, "ended with 0\n")
})

test.run()
