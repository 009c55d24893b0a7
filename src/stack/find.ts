import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { accessSync, constants, readFileSync, statSync } from "node:fs"
import { delimiter, join } from "node:path"
import type { StackConfig } from "./config.ts"
import type { Part, ProgramName, Release } from "./parts.ts"

type Places = Pick<StackConfig, "checkout" | "cacheDir" | "path">

/** Absolute path of an executable of this name, as a shell would find it. */
export function onPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false // not there, or not ours to run
  }
}

/** A program of a part: its pinned release from PATH, or our build from the cache; undefined when there is neither. */
export function findProgram(part: Part, program: ProgramName, places: Places): string | undefined {
  return released(part, places.path)?.get(program) ?? built(part, program, places)
}

/** All programs of the part or none: a server is not checked by the tool of another version. */
function released(part: Part, path: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>()
  for (const [program, release] of Object.entries(part.programs)) {
    const file = release === undefined ? undefined : onPath(release.name, path)
    if (release === undefined || file === undefined || !saysVersion(file, release)) return undefined
    found.set(program, file)
  }
  return found
}

function saysVersion(file: string, release: Release): boolean {
  const { stdout, stderr } = spawnSync(file, release.args, { encoding: "utf8", timeout: 10_000 })
  return release.says.test(stdout) || release.says.test(stderr)
}

function built(part: Part, program: ProgramName, places: Places): string | undefined {
  const file = join(cacheFolder(part, places), program)
  return isExecutable(file) ? file : undefined
}

/** Another manifest, command or machine is another folder: what is there is never out of date. */
export function cacheFolder(part: Part, places: Places): string {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}\n`)
  hash.update(JSON.stringify(part.steps({ checkout: "", work: "", out: "" })))
  for (const manifest of part.manifests) hash.update(readFileSync(join(places.checkout, manifest)))
  return join(places.cacheDir, `${part.name}-${part.version}-${hash.digest("hex").slice(0, 12)}`)
}
