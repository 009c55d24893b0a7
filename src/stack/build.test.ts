/** Builds of a stand-in part: the steps are shell commands, everything around them is the real thing. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { buildPart, MissingPart, type Workshop } from "./build.ts"
import { type StackConfig, stackConfig } from "./config.ts"
import { cacheFolder } from "./find.ts"
import { Launcher } from "./launcher.ts"
import { type Part, partOf } from "./parts.ts"
import { identify } from "./process-id.ts"
import { Programs } from "./programs.ts"
import { eventually, scratchFolder, writeProgram } from "./testing.ts"

const scratch = scratchFolder()
const launcher = new Launcher()
test.after(() => {
  launcher.close()
  scratch.remove()
})

const bin = join(scratch.path, "bin")
writeProgram(bin, "go", "exit 1")

function workshop(name: string, path = `${bin}:/usr/bin:/bin`): Workshop & { readonly config: StackConfig } {
  const config = { ...stackConfig({ PATH: path }), path, cacheDir: join(scratch.path, name) }
  return { config, launcher, log: join(scratch.path, `${name}.log`) }
}

/** A part whose only step is a shell script, with the folder for the result as `$1`. */
function scripted(script: string): Part {
  const steps: Part["steps"] = ({ work, out }) => [{ command: ["sh", "-c", script, "sh", out], cwd: work }]
  return { ...partOf("compose-check"), steps }
}

const never = new AbortController().signal

test("what was built is in the cache as a whole, and nothing else is", async () => {
  const place = workshop("whole")
  const part = scripted(`echo built; touch scrap; echo program > "$1/compose-check"`)
  await buildPart(part, place, never)
  assert.equal(readdirSync(place.config.cacheDir), [cacheFolder(part, place.config).split("/").at(-1)])
  assert.equal(readdirSync(cacheFolder(part, place.config)), ["compose-check"])
  assert.is(readFileSync(place.log, "utf8"), "built\n")
})

test("a build that fails is told with the end of its log, and leaves nothing in the cache", async () => {
  const place = workshop("fails")
  const part = scripted(`touch "$1/compose-check"; echo "undefined: Foo"; exit 2`)
  try {
    await buildPart(part, place, never)
    assert.unreachable()
  } catch (error) {
    assert.match(
      String(error),
      /the build of compose-check 2\.16\.2 failed: sh -c ended with 2\. The end of .*fails\.log:/,
    )
    assert.match(String(error), "undefined: Foo")
  }
  assert.equal(readdirSync(place.config.cacheDir), [])
})

test("without Go the part is missing, and the message says what to install", async () => {
  const { config } = workshop("no-go", "/nowhere")
  const told: string[] = []
  try {
    await new Programs(config, launcher, true).get("promtool", (state) => told.push(state), never)
    assert.unreachable()
  } catch (error) {
    assert.instance(error, MissingPart)
    assert.match(String(error), /install Go 1\.26 or later, or put prometheus and promtool 3\.15\.0 on PATH/)
  }
  assert.equal(told, [])
})

test("of two builders at once one builds and the other waits for the result", async () => {
  const place = workshop("twice")
  const part = scripted(`echo built; sleep 0.3; echo program > "$1/compose-check"`)
  await Promise.all([buildPart(part, place, never), buildPart(part, place, never)])
  assert.is(readFileSync(place.log, "utf8"), "built\n")
})

test("the lock and the folder of a builder that was killed are no hindrance", async () => {
  const place = workshop("stale")
  const part = scripted(`echo program > "$1/compose-check"`)
  const target = cacheFolder(part, place.config)
  mkdirSync(`${target}.4194305-Abc123`, { recursive: true }) // no system gives out this number
  writeFileSync(`${target}.lock`, JSON.stringify({ ...identify(process.pid), started: "long ago" }))
  await buildPart(part, place, never)
  assert.equal(readdirSync(place.config.cacheDir).length, 1)
})

test("a build that is called off ends with its processes and leaves nothing", async () => {
  const place = workshop("aborted")
  const part = scripted(`echo began; sleep 60`)
  const abort = new AbortController()
  const building = buildPart(part, place, abort.signal)
  await eventually("it runs", () => existsSync(place.log) && readFileSync(place.log, "utf8") !== "")
  abort.abort(new Error("called off"))
  try {
    await building
    assert.unreachable()
  } catch (error) {
    assert.is(String(error), "Error: called off")
  }
  assert.equal(readdirSync(place.config.cacheDir), [])
})

test.run()
