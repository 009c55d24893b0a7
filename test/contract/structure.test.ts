/** The walls between folders and the sizes of files and functions, as CONTRIBUTING.md states them. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { glob } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, dirname, join, normalize, resolve } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"

interface Source {
  readonly file: string
  readonly text: string
  /** Packages by name, own files by their path from the root. */
  readonly imports: readonly string[]
}

const longestFile = 250

async function sources(pattern: string): Promise<Source[]> {
  const files = await Array.fromAsync(glob(pattern, { exclude: ["src/package/dist"] })) // compiled, now and then
  return files.sort().map((file) => source(file, readFileSync(file, "utf8")))
}

function source(file: string, text: string): Source {
  const specifiers = [...text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map(([, specifier]) => specifier ?? "")
  const imports = specifiers.map((name) => (name.startsWith(".") ? normalize(join(dirname(file), name)) : name))
  return { file, text, imports }
}

const isTest = ({ file }: Source) => /\.test\.ts$|\/testing(\.ts|\/)|fixtures\//.test(file)
const own = (await sources("src/**/*.ts")).filter((file) => !isTest(file))

/** A wall: who it stands before, and which import may not pass it. */
interface Wall {
  readonly name: string
  readonly behind: (file: string) => boolean
  readonly refuses: (imported: string) => boolean
}

const within =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(folder))
const pureRules = new Set([
  "src/deployments/state.ts",
  "src/rings/rings.ts",
  "src/rings/gate.ts",
  "src/approvals/tiers.ts",
  "src/breaker/transition.ts",
])

const walls: readonly Wall[] = [
  {
    name: "@opentelemetry stays inside telemetry/",
    behind: (file) => !file.startsWith("src/telemetry/"),
    refuses: (imported) => imported.startsWith("@opentelemetry/"),
  },
  {
    name: "the API and the pages reach the database through verbs only",
    behind: within("src/api/", "src/web/"),
    refuses: (imported) =>
      imported.startsWith("src/db/") || imported === "postgres" || imported.startsWith("drizzle-orm"),
  },
  {
    name: "lib/ imports node's built-ins only",
    behind: within("src/lib/"),
    refuses: (imported) => !imported.startsWith("node:") && !imported.startsWith("src/lib/"),
  },
  {
    name: "connectors are reached through breaker/guard.ts",
    behind: (file) => !file.startsWith("src/connectors/") && !["src/run.ts", "src/domain.ts"].includes(file),
    refuses: (imported) => /^src\/connectors\/(intune|jamf|sccm|landscape|ansible|http)/.test(imported),
  },
  {
    name: "the simulator is nobody's dependency",
    behind: (file) => !file.startsWith("src/simulator/"),
    refuses: (imported) => imported.startsWith("src/simulator/"),
  },
  {
    name: "the client imports nothing but itself",
    behind: within("src/client/"),
    refuses: (imported) => !imported.startsWith("src/client/"),
  },
  {
    name: "the command line reaches the server through the client",
    behind: within("src/cli/"),
    refuses: (imported) => imported.startsWith("src/") && !/^src\/(cli|client|lib)\//.test(imported),
  },
  {
    name: "the command line knows the API through the typed client only",
    behind: within("src/cli/"),
    refuses: (imported) =>
      !/^node:|^src\/(cli|client|lib)\/|^(commander|yaml)$/.test(imported) && imported !== "package.json",
  },
  {
    name: "pure rules import rules, types and errors only",
    behind: (file) => pureRules.has(file) || /^src\/risk\/(levels|missing|score)\.ts$/.test(file),
    refuses: (imported) =>
      !/^src\/(risk|rings|lib)\/|^src\/[a-z]+\/types\.ts$/.test(imported) ||
      imported === "src/risk/assess-deployment.ts",
  },
]

function breaches(wall: Wall, files: readonly Source[]): string[] {
  return files
    .filter(({ file }) => wall.behind(file))
    .flatMap(({ file, imports }) => imports.filter(wall.refuses).map((imported) => `${file} imports ${imported}`))
}

for (const wall of walls) test(`wall: ${wall.name}`, () => assert.equal(breaches(wall, own), []))

test("a breach of a wall is noticed", () => {
  const offender = source("src/api/routes/bad.ts", 'import { db } from "../../db/client.ts"\n')
  assert.equal(
    walls.flatMap((wall) => breaches(wall, [offender])),
    ["src/api/routes/bad.ts imports src/db/client.ts"],
  )
})

test("the environment is read in files named config.ts only", () => {
  const readers = own.filter(({ file, text }) => /process\.env\b/.test(text) && basename(file) !== "config.ts")
  assert.equal(
    readers.map(({ file }) => file),
    [],
  )
})

test("the process is ended in entry points only", () => {
  const enders = own.filter(
    ({ file, text }) => /process\.exit\(/.test(text) && !/^(main|down|status)\.ts$/.test(basename(file)),
  )
  assert.equal(
    enders.map(({ file }) => file),
    [],
  )
})

test(`no file is longer than ${longestFile} lines`, async () => {
  const all = [
    ...(await sources("src/**/*.ts")),
    ...(await sources("test/**/*.ts")),
    ...(await sources("{grafana,docs}/source/**/*.ts")),
  ]
  const written = all.filter(({ file }) => file !== "src/client/api.ts") // that one is made by npm run docs
  const long = written.filter(({ text }) => text.split("\n").length > longestFile + 1)
  assert.equal(
    long.map(({ file }) => file),
    [],
  )
})

/** What the linter says to a function of so many lines. */
function lint(lines: number): string {
  const body = Array.from({ length: lines }, (_, line) => `  console.log(${line})`)
  const file = join(mkdtempSync(join(tmpdir(), "eucora-lint-")), "long.ts")
  writeFileSync(file, ["export function long(): void {", ...body, "}", ""].join("\n"))
  const command = ["lint", `--config-path=${resolve("biome.json")}`, "--vcs-enabled=false", file]
  const { stdout, stderr } = spawnSync("node_modules/.bin/biome", command, { encoding: "utf8" })
  rmSync(dirname(file), { recursive: true })
  return stdout + stderr
}

test("no function is longer than 50 lines: the linter sees to it", () => {
  assert.match(lint(60), "noExcessiveLinesPerFunction")
  assert.not.match(lint(40), "noExcessiveLinesPerFunction")
})

test.run()
