import type { ApiDeps } from "../api/deps.ts"
import type { ApiServices } from "../api/services.ts"
import { testApp, tokenOf } from "../api/testing.ts"
import type { Role } from "../lib/principal.ts"
import { Secret } from "../lib/secret.ts"
import { createPages } from "./app.ts"

export const origin = "http://localhost"

interface Options {
  readonly services?: Partial<ApiServices>
  readonly deps?: Partial<ApiDeps>
  readonly sessionKey?: string
  readonly nowMs?: () => number
}

/** A browser of somebody's, as far as a server can tell. */
interface Visitor {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>
  post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>
}

const browser = { Accept: "text/html" }
/** Long ago, as the stand-ins' times are. */
export const startMs = Date.parse("2026-03-01T12:00:10.000Z")

/** The API with its pages over stand-ins; nothing listens. */
export function testSite({ services, deps, sessionKey = "k".repeat(32), nowMs = () => startMs }: Options = {}) {
  const own = { sessionKey: new Secret(sessionKey), clock: { nowMs } }
  const seen = testApp(services, { pages: (all, limitToken) => createPages({ ...all, ...own }, limitToken), ...deps })

  function visitor(cookie?: string): Visitor {
    const common = { ...browser, ...(cookie !== undefined && { Cookie: cookie }) }
    return {
      get: async (path, headers) => seen.app.request(path, { headers: { ...common, ...headers } }),
      post: async (path, form, headers) => {
        const body = new URLSearchParams(form)
        return seen.app.request(path, { method: "POST", body, headers: { ...common, Origin: origin, ...headers } })
      },
    }
  }

  async function signedIn(role: Role): Promise<Visitor> {
    return visitor(cookieOf(await visitor().post("/sign-in", { token: tokenOf(role) })))
  }

  return { ...seen, visitor, signedIn }
}

/** The session that an answer hands out, as it is sent back. */
export function cookieOf(response: Response): string {
  return response.headers.get("set-cookie")?.split(";")[0] ?? ""
}
