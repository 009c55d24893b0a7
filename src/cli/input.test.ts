import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { InvalidArgumentError } from "commander"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { UsageError } from "./exit.ts"
import { readInput } from "./input.ts"
import { futureOption, lengthOf, pastOption } from "./options.ts"

const folder = mkdtempSync(join(tmpdir(), "eucora-input-"))
const file = join(folder, "input.yaml")
const nothing = { readInput: async () => "" }
const read = (text: string) => {
  writeFileSync(file, text)
  return readInput(nothing, file)
}

test.after(() => rmSync(folder, { recursive: true }))

test("a version stays as it is written, also where YAML sees a number", async () => {
  for (const version of ["1.20", "8", "1e3", "0x10", "2026.01"])
    assert.equal(await read(`version: ${version}\ncount: 1.20\n`), { version, count: 1.2 })
  assert.equal(await read('version: "1.20"\n'), { version: "1.20" })
})

test("- is standard input", async () => {
  assert.equal(await readInput({ readInput: async () => "version: 1.20\n" }, "-"), { version: "1.20" })
})

test("JSON is YAML too", async () => {
  assert.equal(await read('{"version": "8.7.1", "evidence": {}}'), { version: "8.7.1", evidence: {} })
})

test("what cannot be read is told in a line", async () => {
  const refused = (error: unknown) => error instanceof UsageError && !error.message.includes("\n")
  for (const text of ["a: [", "- one\n", "only text", ""])
    assert.ok(refused(await read(text).catch((error: unknown) => error)), text)
  assert.ok(refused(await readInput(nothing, join(folder, "nothing")).catch((error: unknown) => error)))
})

test("lengths of time: seconds, minutes, hours and days", () => {
  assert.equal(["90", "90s", "30m", "12h", "7d"].map(lengthOf), [90_000, 90_000, 1_800_000, 43_200_000, 604_800_000])
  for (const text of ["", "m", "-3m", "1.5h", "7w"])
    assert.throws(
      () => lengthOf(text),
      (error: Error) => error instanceof InvalidArgumentError,
    )
})

test("a moment is one, or so long ago, or so long from now on", () => {
  const parse = (option: ReturnType<typeof pastOption>, text: string) => String(option.parseArg?.(text, undefined))
  const away = (text: string) => Math.round((Date.parse(text) - Date.now()) / 1_000)
  assert.is(parse(pastOption("--since <m>", ""), "2026-03-01T13:00:00+01:00"), "2026-03-01T12:00:00.000Z")
  assert.is(away(parse(pastOption("--since <m>", ""), "2h")), -7_200)
  assert.is(away(parse(futureOption("--not-before <m>", ""), "2h")), 7_200)
  for (const text of ["yesterday", "12", "2026-13-01"])
    assert.throws(
      () => parse(pastOption("--since <m>", ""), text),
      (error: Error) => error instanceof InvalidArgumentError,
    )
})

test.run()
