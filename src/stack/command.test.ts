import { spawnSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { testDatabase } from "../db/testing.ts"
import { newRun, removeRun, type UnitView, writeRun } from "./run-file.ts"
import { scratchFolder } from "./testing.ts"

const scratch = scratchFolder()
const database = await testDatabase()
mkdirSync(join(scratch.path, "run"))

const postgres: UnitView = {
  name: "postgres",
  version: undefined,
  address: database.url,
  state: "healthy",
  detail: "",
  sinceMs: 0,
  process: undefined,
  log: "",
  without: "",
  optional: false,
}

function token(environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const { DATABASE_URL: _, ...inherited } = process.env
  const file = fileURLToPath(new URL("command.ts", import.meta.url))
  const env = { ...inherited, DATA_DIR: scratch.path, ...environment }
  return spawnSync(process.execPath, [file, "token", ...args], { encoding: "utf8", env, timeout: 20_000 })
}

test("a command finds the database of the stack that runs on this DATA_DIR, and hands its exit code on", () => {
  writeRun(scratch.path, { ...newRun(undefined), units: [postgres] })
  const { status, stdout, stderr } = token({}, "create", "--name", "ada", "--role", "approver")
  assert.is(status, 0, stderr)
  assert.match(stdout, /^eucora_[\w-]{43}\n$/)
  assert.is(token({}, "create").status, 1)
})

test("without a stack it says which variable it lacks; one of the user's own comes first", () => {
  removeRun(scratch.path)
  const none = token({}, "list")
  assert.is(none.status, 1)
  assert.match(none.stdout, "DATABASE_URL: is not set")
  const own = token({ DATABASE_URL: database.url, DATABASE_OWNER_URL: database.ownerUrl }, "list")
  assert.match(own.stdout, /^ID +NAME/)
})

test.after(async () => {
  await database.close()
  scratch.remove()
})

test.run()
