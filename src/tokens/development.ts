import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import type { Database } from "../db/client.ts"
import { issueToken } from "./issue.ts"

/** Development: prints the admin token, and where it is kept. */
export async function announceDevelopmentToken(
  db: Database,
  file: string,
  authenticate: (token: string) => Promise<unknown>,
): Promise<void> {
  const token = await developmentToken(db, file, authenticate)
  // Standard error, apart from the log, which would censor it.
  process.stderr.write(`development: admin token ${token} (kept in ${file})\n`)
}

/**
 * An admin token that outlives restarts, in a file that only we may read. Kept as long as the database knows it; made
 * anew otherwise.
 */
async function developmentToken(
  db: Database,
  file: string,
  known: (token: string) => Promise<unknown>,
): Promise<string> {
  const kept = read(file)
  if (kept !== undefined && (await accepts(known, kept))) return kept
  const token = await issueToken(db, "admin", "admin", "control-plane")
  mkdirSync(dirname(file), { recursive: true })
  rmSync(file, { force: true }) // a file that is there keeps its mode
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  return token
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim()
  } catch {
    return undefined // the first start: there is none yet
  }
}

async function accepts(known: (token: string) => Promise<unknown>, token: string): Promise<boolean> {
  try {
    await known(token)
    return true
  } catch {
    return false // of another database: it is replaced
  }
}
