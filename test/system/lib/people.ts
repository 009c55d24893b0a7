import type { Database } from "../../../src/db/client.ts"
import { connect } from "../../../src/db/client.ts"
import type { Role } from "../../../src/lib/principal.ts"
import { issueToken } from "../../../src/tokens/issue.ts"

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the API says, and each test says what it expects.
  readonly body: any
}

/** Somebody with a token, who calls the API. */
export interface Person {
  readonly name: string
  readonly token: string
  get(path: string): Promise<Answer>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  delete(path: string): Promise<Answer>
}

/** People with tokens of their own, made as the command line on the host makes them. */
export async function people<const R extends Readonly<Record<string, Role>>>(
  of: { readonly databaseUrl: string; readonly api: string },
  wanted: R,
): Promise<{ readonly [Name in keyof R]: Person }> {
  const client = connect({ url: of.databaseUrl, applicationName: "test", max: 1 })
  try {
    const made = Object.entries(wanted).map(async ([name, role]) => [name, await person(of.api, client.db, name, role)])
    return Object.fromEntries(await Promise.all(made)) as { readonly [Name in keyof R]: Person }
  } finally {
    await client.close()
  }
}

async function person(api: string, db: Database, name: string, role: Role): Promise<Person> {
  const token = await issueToken(db, name, role, "test")
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${api}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      signal: AbortSignal.timeout(10_000),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: text === "" ? undefined : JSON.parse(text) }
  }
  return {
    name,
    token,
    get: (path) => call("GET", path),
    post: (path, body, headers) => call("POST", path, body, headers),
    put: (path, body, headers) => call("PUT", path, body, headers),
    delete: (path) => call("DELETE", path),
  }
}
