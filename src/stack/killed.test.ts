/** What happens to the processes of a stack whose supervisor is killed with -9. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { freePort } from "../db/testing.ts"
import { isAlive, type ProcessId } from "./process-id.ts"
import { type Run, readRun } from "./run-file.ts"
import { eventually, scratchFolder } from "./testing.ts"

const scratch = scratchFolder()
test.after(() => scratch.remove())

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** A program that runs a stack of two parts, the second of which has a child of its own, until it is killed. */
async function supervisor(dataDir: string): Promise<ChildProcess> {
  const script = `
    const { startStack } = await import(${JSON.stringify(here("stack.ts"))})
    const { httpService } = await import(${JSON.stringify(here("testing.ts"))})
    const stubborn = 'process.on("SIGTERM", () => {}); require("node:child_process").spawn("sleep", ["1000"])'
    const plain = httpService("plain", ${await freePort()})
    const parent = httpService("parent", ${await freePort()}, { args: () => ["-e", 'require("node:child_process").spawn("sleep", ["1000"]);' + plain.args("")[1]] })
    await startStack({ environment: { DATA_DIR: ${JSON.stringify(dataDir)} }, services: () => [plain, parent] })
    setInterval(() => {}, 1000)`
  return spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" })
}

function command(name: string, dataDir: string): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, [here(name)], { encoding: "utf8", env: { ...process.env, DATA_DIR: dataDir } })
}
