import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import type { Database } from "../db/client.ts"
import type { Role } from "../lib/principal.ts"
import { issueToken } from "./issue.ts"

type Authenticate = (token: string) => Promise<unknown>

/** A token that development makes: whose, and who may read the file it lies in. */
interface Kept {
  readonly name: Role
  readonly mode: number
}

/** Development: prints the admin token, and where it is kept. */
export async function announceDevelopmentToken(db: Database, file: string, authenticate: Authenticate): Promise<void> {
  const token = await developmentToken(db, file, authenticate, { name: "admin", mode: 0o600 })
  // Standard error, apart from the log, which would censor it.
  process.stderr.write(`development: admin token ${token} (kept in ${file})\n`)
}

/**
 * Development: has a token in `file` with which Alertmanager delivers alerts, and which is good for nothing else. The
 * group may read it: in its container Alertmanager is another user.
 */
export async function provideAlertmanagerToken(db: Database, file: string, authenticate: Authenticate): Promise<void> {
  await developmentToken(db, file, authenticate, { name: "alertmanager", mode: 0o640 })
}

/** A token that outlives restarts, in a file. Kept as long as the database knows it; made anew otherwise. */
async function developmentToken(
  db: Database,
  file: string,
  known: Authenticate,
  { name, mode }: Kept,
): Promise<string> {
  const kept = read(file)
  if (kept !== undefined && (await accepts(known, kept))) return kept
  const token = await issueToken(db, name, name, "control-plane")
  mkdirSync(dirname(file), { recursive: true })
  rmSync(file, { force: true }) // a file that is there keeps its mode
  writeFileSync(file, `${token}\n`, { mode })
  return token
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim()
  } catch {
    return undefined // the first start: there is none yet
  }
}

async function accepts(known: Authenticate, token: string): Promise<boolean> {
  try {
    await known(token)
    return true
  } catch {
    return false // of another database: it is replaced
  }
}
