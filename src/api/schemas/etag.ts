import { createHash } from "node:crypto"
import { z } from "@hono/zod-openapi"
import type { ExpectedRevision } from "../../lib/principal.ts"

/** https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1: `*`, or entity tags of which weak ones never match. */
const pattern = /^(\*|(W\/)?"[\x21\x23-\x7e]{0,64}"( *, *(W\/)?"[\x21\x23-\x7e]{0,64}"){0,15})$/
export const entityTags = z.string().regex(pattern, "must be * or entity tags in double quotes").optional()

/** For the `request` of a route that answers 304. */
export const ifNoneMatchHeader = z.object({
  "If-None-Match": entityTags.openapi({
    description: "ETags of what is known already: 304 where it is one of them",
    example: '"5-9u0Vd1WYbHc0Qm7sQ3KfXg"',
  }),
})

/** For the `request` of what is done to a deployment. */
export const ifMatchRevisionHeader = z.object({
  "If-Match": entityTags.openapi({
    description: "ETag of the deployment as it was looked at: 412 when something has happened to it since then",
    example: '"5-9u0Vd1WYbHc0Qm7sQ3KfXg"',
  }),
})

/** A tag of all that is served, which begins with what may be expected of a deployment that is acted upon. */
export function revisionTag(revision: number, body: unknown): string {
  return `"${revision}-${createHash("sha256").update(JSON.stringify(body)).digest("base64url").slice(0, 22)}"`
}

/** The revisions that an If-Match names. Counts of devices change all the time: what they make of a tag is not looked at. */
export function toExpectedRevision(ifMatch: string | undefined): ExpectedRevision | undefined {
  if (ifMatch === undefined || ifMatch === "*") return ifMatch
  return ifMatch
    .split(/ *, */)
    .flatMap((tag) => (/^"\d{1,9}-[\w-]{22}"$/.test(tag) ? [Number.parseInt(tag.slice(1), 10)] : []))
}
