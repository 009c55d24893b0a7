import { randomBytes } from "node:crypto"
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import type { Config } from "../config.ts"
import { Secret } from "../lib/secret.ts"

/** What seals the blocks of events: what is configured, or development's own. */
export function sealKey(config: Pick<Config, "EVENT_SEAL_KEY" | "DEV_SEAL_KEY_FILE">): Secret {
  return config.EVENT_SEAL_KEY ?? developmentSealKey(config.DEV_SEAL_KEY_FILE)
}

/**
 * Development: a key that outlives restarts, in a file that only we may read; made by whichever process comes first.
 * Throws the system's error where the file can be neither read nor made.
 */
function developmentSealKey(file: string): Secret {
  const kept = read(file)
  if (kept !== undefined) return new Secret(kept)
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600 })
  try {
    linkSync(draft, file) // whole or not at all, and never over the one that is there
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error // another process was first: its key it is
  } finally {
    rmSync(draft)
  }
  return new Secret(readFileSync(file, "utf8").trim())
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim()
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined // the first start: there is none yet
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined
}
