/** The package `eucora`: packed, put into an empty project, compiled against without its source, and run against a real API. */
import { execFile, execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { promisify } from "node:util"
import { test } from "uvu"
import * as assert from "uvu/assert"
import rootPackage from "../../package.json" with { type: "json" }
import { servedApi } from "../../src/client/testing.ts"
import ownPackage from "../../src/package/package.json" with { type: "json" }

const run = promisify(execFile)
const project = mkdtempSync(join(tmpdir(), "eucora-consumer-"))
const installed = join(project, "node_modules/eucora")

/** As npm would install it, but for the network: what it depends on is that of this checkout. */
async function install(): Promise<void> {
  await run("npm", ["pack", resolve("src/package"), "--pack-destination", project, "--offline"])
  mkdirSync(installed, { recursive: true })
  const archive = `${ownPackage.name}-${ownPackage.version}.tgz`
  execFileSync("tar", ["-xzf", join(project, archive), "-C", installed, "--strip-components=1"])
  for (const name of Object.keys(ownPackage.dependencies))
    symlinkSync(resolve("node_modules", name), join(project, "node_modules", name))
}

/** What the examples say, and what the API would refuse instead. */
const mistakes = [
  ['target_ring: "LAB",', 'target_ring: "MOON",'],
  ['  connector_type: "intune",\n', ""],
  ["{ app_name: wanted.app_name }", "{ app: wanted.app_name }"],
  ["event.type ===", "event.kind ==="],
] as const

/** What a strict compiler that knows browsers' `fetch`, and nothing of Node, says of each file. */
async function compiled(files: Readonly<Record<string, string>>): Promise<ReadonlySet<string>> {
  for (const [file, source] of Object.entries(files))
    writeFileSync(join(project, file), `declare const process: { env: Record<string, string> }\n${source}`)
  const flags = ["--strict", "--exactOptionalPropertyTypes", "--module", "nodenext", "--target", "es2024"]
  const libraries = ["--lib", "es2024,dom,dom.asynciterable", "--types", ""]
  const tsc = run(resolve("node_modules/.bin/tsc"), [...flags, ...libraries, ...Object.keys(files)], { cwd: project })
  const { stdout } = await tsc.catch((error: { stdout: string }) => error)
  return new Set([...stdout.matchAll(/^([^\s(]+).*error TS/gm)].map(([, file = ""]) => file))
}

const page = readFileSync("docs/client.md", "utf8")
const example = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code).join("")
writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }))
await install()
const api = await servedApi()
const environment = { ...process.env, EUCORA_URL: api.baseUrl, EUCORA_TOKEN: api.token, HOME: project }

test("it holds what is run and its types, and no test, source or part of the server", () => {
  const packed = execFileSync("tar", ["-tzf", join(project, `eucora-${ownPackage.version}.tgz`)], { encoding: "utf8" })
  const strange = packed
    .trim()
    .split("\n")
    .filter(
      (file) =>
        !/^package\/(package\.json|README\.md|dist\/LICENSE|dist\/(cli|client|lib)\/.+\.(js|d\.ts))$/.test(file),
    )
  assert.equal(strange, [])
  assert.not.match(packed, /test/)
})

test("it has the version of the whole, and depends on what was tested", () => {
  const all: Readonly<Record<string, string>> = { ...rootPackage.dependencies, ...rootPackage.devDependencies }
  assert.is(ownPackage.version, rootPackage.version)
  for (const [name, version] of Object.entries(ownPackage.dependencies)) assert.is(all[name], version, name)
})

test("the examples of docs/client.md compile strictly, and what the API would refuse does not", async () => {
  const wrong = mistakes.map(([right, mistake], n) => [`wrong-${n}.ts`, example.replace(right, mistake)])
  for (const [right] of mistakes) assert.ok(example.includes(right), right)
  const refused = await compiled({ "consumer.ts": example, ...Object.fromEntries(wrong) })
  assert.equal([...refused].sort(), wrong.map(([file]) => file).sort())
})

test("they do what the page says", async () => {
  const { stdout } = await run(process.execPath, ["consumer.js"], { cwd: project, env: environment })
  assert.equal(stdout.trim().split("\n"), [
    "created AWAITING_CAB false true true",
    "listed 1 null",
    "each 8.7.1",
    "changed 60",
    "refused 412 urn:eucora:problem:precondition-failed ",
    "event DEPLOYMENT_CREATED",
    "event RISK_ASSESSED",
    "event CAB_SUBMITTED",
    "event DEPLOYMENT_CANCELLED",
    "ended true",
  ])
})

test("its command line runs", async () => {
  const { stdout } = await run(process.execPath, [join(installed, ownPackage.bin.eucora), "list", "--json"], {
    env: environment,
  })
  assert.is(JSON.parse(stdout).items[0].app_name, "Notepad++")
})

test.after(async () => {
  await api.close()
  rmSync(project, { recursive: true })
})

test.run()
