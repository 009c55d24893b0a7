/** What happens to the processes of a stack whose supervisor is killed with -9. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { freePort } from "../db/testing.ts"
import { signalGroup } from "./launcher.ts"
import { isAlive, type ProcessId } from "./process-id.ts"
import { readRun } from "./run-file.ts"
import { eventually, scratchFolder } from "./testing.ts"

const scratch = scratchFolder()
test.after(() => scratch.remove())

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

interface Supervised {
  readonly supervisor: ChildProcess
  readonly guard: ProcessId
  readonly parts: readonly ProcessId[]
}

/** A process that runs a stack of two parts. */
async function supervised(dataDir: string): Promise<Supervised> {
  const script = `
    const { startStack } = await import(${JSON.stringify(here("stack.ts"))})
    const { httpService } = await import(${JSON.stringify(here("testing.ts"))})
    const services = () => [httpService("one", ${await freePort()}), httpService("two", ${await freePort()})]
    await startStack({ environment: { DATA_DIR: ${JSON.stringify(dataDir)} }, services })
    setInterval(() => {}, 1000)`
  const supervisor = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" })
  const units = () => readRun(dataDir)?.units ?? []
  await eventually("two healthy parts", () => units().filter((unit) => unit.state === "healthy").length === 2)
  const guard = readRun(dataDir)?.guard
  assert.ok(guard)
  return { supervisor, guard, parts: units().flatMap((unit) => unit.process ?? []) }
}

function command(name: string, dataDir: string): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, [here(name)], { encoding: "utf8", env: { ...process.env, DATA_DIR: dataDir } })
}

test("its processes end with it, status says so, and down finds nothing left", async () => {
  const dataDir = join(scratch.path, "guarded")
  const { supervisor, guard, parts } = await supervised(dataDir)
  assert.is(command("status.ts", dataDir).status, 0)
  supervisor.kill("SIGKILL")
  await eventually("all have ended", () => !parts.some(isAlive) && !isAlive(guard))
  const status = command("status.ts", dataDir)
  assert.is(status.status, 3)
  assert.match(status.stdout, "The stack was killed")
  assert.match(command("down.ts", dataDir).stdout, "nothing of it is left")
  assert.match(command("status.ts", dataDir).stdout, "Nothing runs")
})

test("where its guard is killed as well, down ends the processes", async () => {
  const dataDir = join(scratch.path, "unguarded")
  const { supervisor, guard, parts } = await supervised(dataDir)
  signalGroup(guard.pid, "SIGKILL")
  supervisor.kill("SIGKILL")
  await eventually(
    "the supervisor and its guard have ended",
    () => readRun(dataDir)?.alive === false && !isAlive(guard),
  )
  assert.is(parts.filter(isAlive).length, 2)
  assert.is(command("down.ts", dataDir).status, 0)
  assert.is(parts.filter(isAlive).length, 0)
})

test.run()
