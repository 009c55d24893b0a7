import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { Secret } from "../lib/secret.ts"
import type { CliEnvironment } from "./config.ts"
import { UsageError } from "./exit.ts"

/** Which API, and as whom. */
export interface Credentials {
  readonly url: string
  readonly token: Secret
}

/** Keeps them for the next command; nobody else on the machine can read them. */
export function storeCredentials(file: string, { url, token }: Credentials): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify({ url, token: token.reveal() })}\n`, { mode: 0o600, flag: "wx" })
  renameSync(draft, file) // whole or not at all
}

/** Answers whether there was anything to forget. */
export function forgetCredentials(file: string): boolean {
  const known = storedCredentials(file) !== undefined
  rmSync(file, { force: true })
  return known
}

/** What `login` has kept; undefined where nobody has logged in. Throws UsageError when the file is broken. */
export function storedCredentials(file: string): Credentials | undefined {
  const text = textOf(file)
  if (text === undefined) return undefined
  const { url, token } = membersOf(file, text)
  if (typeof url !== "string" || typeof token !== "string") throw broken(file)
  return { url, token: new Secret(token) }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined
    throw error
  }
}

function membersOf(file: string, text: string): { readonly url?: unknown; readonly token?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    throw broken(file) // the parser's own message would show a piece of the file, which holds a token
  }
}

const broken = (file: string) => new UsageError(`${file} cannot be understood: log in anew`)

/**
 * What a command is to use. A stored token is for the address that it was stored with and is sent to no other. Throws
 * UsageError when something is missing.
 */
export function credentialsFor({ url, token, credentialsFile }: CliEnvironment): Credentials {
  if (url !== undefined && token !== undefined) return { url, token }
  const stored = storedCredentials(credentialsFile)
  const address = url ?? stored?.url
  if (address === undefined)
    throw new UsageError("not logged in: eucora login <url>, or set EUCORA_URL and EUCORA_TOKEN")
  if (token !== undefined) return { url: address, token }
  if (stored === undefined || !sameAddress(address, stored.url))
    throw new UsageError(`no token for ${address}: eucora login ${address}, or set EUCORA_TOKEN`)
  return { url: address, token: stored.token }
}

const sameAddress = (one: string, other: string) =>
  URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href
