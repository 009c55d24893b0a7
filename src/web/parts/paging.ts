import { html } from "hono/html"
import { type Html, nothing } from "./html.ts"

/** The way to the next page, and back to the first one. `query` is what was asked, the cursor left out. */
export function paging(path: string, query: URLSearchParams, next: string | null, first: boolean): Html {
  if (next === null && first) return nothing
  const more = new URLSearchParams(query)
  if (next !== null) more.set("cursor", next)
  return html`<nav class="paging" aria-label="Further pages">
${first ? nothing : html`<a class="button" href="${path}?${query}" rel="first">Newest</a>`}
${next === null ? nothing : html`<a class="button" href="${path}?${more}" rel="next">Older</a>`}
</nav>`
}
