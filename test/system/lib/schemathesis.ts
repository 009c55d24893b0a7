/** Schemathesis (https://schemathesis.readthedocs.io): requests made from our OpenAPI document, answers held against it. */
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { stackConfig } from "../../../src/stack/config.ts"
import { lock } from "../../../src/stack/lock.ts"

const home = "test/system/schemathesis"
const requirements = join(home, "requirements.txt")

interface Ended {
  readonly code: number
  readonly printed: string
}

function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...environment }
  return new Promise<Ended>((resolve, reject) => {
    const child = execFile(program, args, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (child.exitCode === null) reject(new Error(`${program} ${args[0]} did not run to its end`, { cause: error }))
      else resolve({ code: child.exitCode, printed: stdout + stderr })
    })
  })
}

/** Throws an Error with what the program printed last, unless it ends well. */
async function runWell(program: string, args: readonly string[]): Promise<string> {
  const { code, printed } = await run(program, args)
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${printed.slice(-2_000)}`)
  return printed
}

/**
 * A Python with Schemathesis and a validator of OpenAPI, as pinned in requirements.txt: installed once into the folder of
 * built parts. Needs Python 3.11 or newer with venv, and throws an Error that says what is missing.
 */
export async function pythonWithSchemathesis(): Promise<string> {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}\n`)
  hash.update(await runWell("python3", ["--version"])).update(readFileSync(requirements))
  const { cacheDir } = stackConfig()
  const folder = join(cacheDir, `schemathesis-${hash.digest("hex").slice(0, 12)}`)
  mkdirSync(cacheDir, { recursive: true })
  const unlock = await lock(`${folder}.lock`, () => existsSync(folder), AbortSignal.timeout(300_000))
  if (unlock === undefined) return join(folder, "bin", "python")
  const site = mkdtempSync(`${folder}.${process.pid}-`)
  try {
    await runWell("python3", ["-m", "venv", site])
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    await runWell(join(site, "bin", "python"), [...pip, "--requirement", requirements])
    renameSync(site, folder)
  } finally {
    rmSync(site, { recursive: true, force: true })
    unlock()
  }
  return join(folder, "bin", "python")
}

/** What is wrong with a document by the meta-schema of OpenAPI 3.1; nothing when it is right. */
export async function faultsOfDocument(python: string, file: string): Promise<string> {
  const { code, printed } = await run(python, ["-m", "openapi_spec_validator", "--schema", "3.1", file])
  return code === 0 ? "" : printed
}

export interface Answer {
  readonly operation: string
  readonly method: string
  readonly status: number
  readonly correlationId: string
}

interface Generation {
  readonly python: string
  readonly api: string
  /** Whether every body is given a field that nobody knows, so that it is refused for sure. */
  readonly spoils?: boolean
  /** Nobody's, without one. */
  readonly token?: string
  /** Ids of the tokens that are in use, which nobody revokes. */
  readonly keptTokens: readonly string[]
  /** Of the process's own, for the answers. */
  readonly folder: string
  /** Further arguments of `st run`. */
  readonly args: readonly string[]
}

interface Generated {
  readonly answers: readonly Answer[]
  /** What Schemathesis found, as it printed it; nothing when it found nothing. */
  readonly found: string
}

/** The same requests each time as far as answers allow, unless another seed is given: what is found is found again. */
const seed = process.env["SCHEMATHESIS_SEED"] ?? "1"

/** Has requests made and their answers checked, by a process of its own; see schemathesis/schemathesis.toml for how. */
export async function generate({
  python,
  api,
  token,
  spoils,
  keptTokens,
  folder,
  args,
}: Generation): Promise<Generated> {
  const file = join(mkdtempSync(join(folder, "answers-")), "answers.jsonl")
  const caller = token === undefined ? [] : ["--header", `Authorization: Bearer ${token}`]
  const config = ["--config-file", join(home, "schemathesis.toml")]
  const { code, printed } = await run(
    python,
    [
      ...["-m", "schemathesis.cli", ...config, "run", `${api}/api/v1/openapi.json`, "--seed", seed, "--no-color"],
      // It ends only when one side goes: nothing to be read to its end.
      ...["--exclude-operation-id", "streamEvents"],
      ...[...caller, ...args],
    ],
    {
      ...{ ANSWERS_FILE: file, KEPT_TOKENS: keptTokens.join(" "), HYPOTHESIS_STORAGE_DIRECTORY: folder },
      ...(spoils && { SPOILS_BODIES: "yes" }),
    },
  )
  const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : []
  const answers = lines.map((line) => JSON.parse(line) as Answer)
  return { answers, found: code === 0 ? "" : printed.slice(Math.max(0, printed.search(/=+ (FAILURES|ERRORS) =+/))) }
}
