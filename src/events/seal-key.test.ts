import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { Secret } from "../lib/secret.ts"
import { sealKey } from "./seal-key.ts"

const directory = mkdtempSync(join(tmpdir(), "eucora-key-"))
const config = { EVENT_SEAL_KEY: undefined, DEV_SEAL_KEY_FILE: join(directory, "run", "event-seal-key") }

test("development makes a key once, which only we may read, and all processes share it", () => {
  const key = sealKey(config)
  assert.match(key.reveal(), /^[0-9a-f]{64}$/)
  assert.is(statSync(config.DEV_SEAL_KEY_FILE).mode & 0o777, 0o600)
  assert.is(readFileSync(config.DEV_SEAL_KEY_FILE, "utf8"), `${key.reveal()}\n`)
  assert.is(sealKey(config).reveal(), key.reveal())
  assert.equal(readdirSync(join(directory, "run")), ["event-seal-key"], "no draft is left")
})

test("a configured key comes first, and no file is made", () => {
  const file = join(directory, "other")
  assert.is(sealKey({ EVENT_SEAL_KEY: new Secret("mine"), DEV_SEAL_KEY_FILE: file }).reveal(), "mine")
  assert.not(readdirSync(directory).includes("other"))
})

test.after(() => rmSync(directory, { recursive: true }))

test.run()
