import { matchedRoutes } from "hono/route"
import type { ApiContext } from "./env.ts"

/** The template that this request matched (`/api/v1/deployments/{id}`), never its path; undefined where none did. */
export function routeTemplate(c: ApiContext): string | undefined {
  const last = matchedRoutes(c).at(-1)
  // What runs for every path is registered for all methods; what ends there has found no route.
  if (last === undefined || last.method === "ALL") return undefined
  return last.path.replaceAll(/:(\w+)/g, "{$1}")
}
