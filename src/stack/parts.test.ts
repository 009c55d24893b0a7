import { copyFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { stackConfig } from "./config.ts"
import { cacheFolder, findProgram } from "./find.ts"
import { partOf, partPath, parts } from "./parts.ts"
import { scratchFolder, writeProgram } from "./testing.ts"

const scratch = scratchFolder()
test.after(() => scratch.remove())

const { checkout } = stackConfig()
const bin = join(scratch.path, "bin")
const places = { checkout, cacheDir: join(scratch.path, "cache"), path: bin }
const [prometheus, collector, jaeger] = [partOf("prometheus"), partOf("otelcol"), partOf("jaeger")]

test("a server on PATH is taken in the pinned version only, and only with its tool of the same version", () => {
  const server = writeProgram(bin, "prometheus", `echo "prometheus, version 3.15.0 (branch: HEAD, revision: 1)"`)
  assert.is(findProgram(prometheus, "prometheus", places), undefined)
  writeProgram(bin, "promtool", `echo "promtool, version 3.14.0 (branch: HEAD, revision: 1)"`)
  assert.is(findProgram(prometheus, "prometheus", places), undefined)
  writeProgram(bin, "promtool", `echo "promtool, version 3.15.0 (branch: HEAD, revision: 1)"`)
  assert.is(findProgram(prometheus, "prometheus", places), server)
})

test("the core Collector is not taken for ours: it says the same version and lacks what the configuration names", () => {
  writeProgram(bin, "otelcol", "echo otelcol version 0.158.0")
  assert.is(findProgram(collector, "otelcol", places), undefined)
  const contrib = writeProgram(bin, "otelcol-contrib", "echo otelcol-contrib version 0.158.0")
  assert.is(findProgram(collector, "otelcol", places), contrib)
})

test("a version may be told on standard error, and one that cannot be run is not taken", () => {
  const file = writeProgram(bin, "jaeger", `echo '{"gitCommit":"1","gitVersion":"v2.13.0"}' >&2`)
  assert.is(findProgram(jaeger, "jaeger", places), file)
  writeFileSync(file, "not a program")
  assert.is(findProgram(jaeger, "jaeger", places), undefined)
})

test("a build is found in the cache; another manifest is another folder", () => {
  const other = { ...places, checkout: join(scratch.path, "checkout"), path: "" }
  for (const manifest of jaeger.manifests) {
    mkdirSync(dirname(join(other.checkout, manifest)), { recursive: true })
    copyFileSync(join(checkout, manifest), join(other.checkout, manifest))
  }
  const folder = cacheFolder(jaeger, other)
  assert.is(folder, cacheFolder(jaeger, places))
  assert.match(folder, /\/jaeger-2\.13\.0-[0-9a-f]{12}$/)
  const built = writeProgram(folder, "jaeger", "")
  assert.is(findProgram(jaeger, "jaeger", other), built)
  cpSync(join(checkout, "package.json"), join(other.checkout, "collector/jaeger/go.mod"))
  assert.is.not(cacheFolder(jaeger, other), folder)
})

test("every manifest exists, and every release pattern is of the part's own version", () => {
  for (const part of parts) {
    assert.ok(cacheFolder(part, places).startsWith(join(places.cacheDir, `${part.name}-${part.version}-`)))
    for (const release of Object.values(part.programs))
      assert.ok(release === undefined || release.says.source.includes(part.version.replaceAll(".", "\\.")), part.name)
  }
})

test("partPath says how to get what is not there", () => {
  const before = { PATH: process.env["PATH"], XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] }
  Object.assign(process.env, { PATH: "", XDG_CACHE_HOME: join(scratch.path, "empty") })
  assert.throws(() => partPath("promtool"), "promtool 3.15.0 is not on PATH and was not built: npm run parts")
  Object.assign(process.env, before)
})

test.run()
