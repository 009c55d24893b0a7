/** The command as a person calls it where there is nothing to play on. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { freePort } from "../../db/testing.ts"

const folder = mkdtempSync(join(tmpdir(), "eucora-demo-"))
const [api, simulator] = [await freePort(), await freePort()]
const inherited = { ...process.env, DATA_DIR: folder, API_PORT: String(api), SIMULATOR_PORT: String(simulator) }

function demo(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const file = fileURLToPath(new URL("main.ts", import.meta.url))
  const env = { ...inherited, EUCORA_TOKEN: "", ...environment }
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
    encoding: "utf8",
    env,
    timeout: 50_000,
  })
  return { status, stdout, stderr: stderr.trim() }
}

test.after(() => rmSync(folder, { recursive: true }))

test("without a stack there is no token, and the error says where it would come from", () => {
  const { status, stderr } = demo([])
  assert.is(status, 1)
  assert.match(stderr, /^cannot play: no token: npm run up makes one \(.*admin-token is not there\)/)
  assert.is(stderr.split("\n").length, 1)
})

test("where nothing answers the error says what to start, in a line", () => {
  const { status, stdout, stderr } = demo([], { EUCORA_TOKEN: "eucora_x" })
  assert.is(status, 1)
  assert.is(stderr, `cannot play: Nothing answers at http://127.0.0.1:${api}: npm run up starts the stack.`)
  assert.is(stdout, "")
})

test("--minutes is a positive number", () => {
  for (const minutes of ["0", "-1", "soon"]) {
    const { status, stderr } = demo(["--minutes", minutes])
    assert.is(status, 1)
    assert.match(stderr, "It has to be a positive number.")
  }
})

test.run()
