import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { Secret } from "../lib/secret.ts"
import { cliEnvironment } from "./config.ts"
import { credentialsFor, forgetCredentials, storeCredentials, storedCredentials } from "./credentials.ts"
import { UsageError } from "./exit.ts"

const folder = mkdtempSync(join(tmpdir(), "eucora-credentials-"))
const environment = (given: NodeJS.ProcessEnv = {}) => cliEnvironment({ XDG_CONFIG_HOME: folder, ...given })
const file = environment().credentialsFile
const url = "https://eucora.test"
const used = (given: NodeJS.ProcessEnv = {}) => {
  const { url: address, token } = credentialsFor(environment(given))
  return [address, token.reveal()]
}

test.after(() => rmSync(folder, { recursive: true }))

test("nobody is logged in at first: what to do is said", () => {
  assert.throws(
    () => used(),
    (error: Error) => error instanceof UsageError && /eucora login/.test(error.message),
  )
  assert.is(forgetCredentials(file), false)
})

test("what is kept can be read by nobody else, and is used by later commands", () => {
  storeCredentials(file, { url, token: new Secret("stored") })
  assert.equal([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777], [0o600, 0o700])
  assert.equal(used(), [url, "stored"])
})

test("logged in anew, the file is replaced and stays closed", () => {
  writeFileSync(file, "{}", { mode: 0o644 })
  storeCredentials(file, { url, token: new Secret("newer") })
  assert.equal([statSync(file).mode & 0o777, ...used()], [0o600, url, "newer"])
})

test("the environment comes before the file", () => {
  assert.equal(used({ EUCORA_TOKEN: " mine\n" }), [url, "mine"])
  assert.equal(used({ EUCORA_URL: "http://other.test", EUCORA_TOKEN: "mine" }), ["http://other.test", "mine"])
  assert.equal(used({ EUCORA_URL: `${url}/` }), [`${url}/`, "newer"], "the same address, otherwise written")
})

test("a stored token is sent to no other address than its own", () => {
  for (const other of [
    "https://eucora.test.evil",
    "http://eucora.test",
    "https://eucora.test:8443",
    "https://eucora.test/b",
  ])
    assert.throws(
      () => used({ EUCORA_URL: other }),
      (error: Error) => /no token for/.test(error.message),
    )
})

test("a broken file is named, and nothing of what stands in it", () => {
  for (const text of ['{"url":"https://eucora.test","token":"sec', "[]", '{"token":7}']) {
    writeFileSync(file, text)
    assert.throws(
      () => storedCredentials(file),
      (error: Error) => error instanceof UsageError && !error.message.includes("sec"),
    )
  }
})

test("forgotten is forgotten", () => {
  storeCredentials(file, { url, token: new Secret("stored") })
  assert.is(forgetCredentials(file), true)
  assert.is(storedCredentials(file), undefined)
})

test("a relative XDG_CONFIG_HOME is no folder to rely on", () => {
  assert.not.match(environment({ XDG_CONFIG_HOME: "relative" }).credentialsFile, /^relative/)
})

test.run()
