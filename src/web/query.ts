import type { z } from "zod"
import type { ApiContext } from "../api/env.ts"
import type { Problem } from "../api/problem.ts"
import { parsed, refusal } from "./form.ts"

/** What a page of a list was asked for. */
export interface Asked<T> {
  /** As the API understands it; where it is refused, as if nothing was asked. */
  readonly query: T
  /** As it was sent, without what was left empty and without the place on the list. */
  readonly sent: URLSearchParams
  readonly first: boolean
  readonly problem?: Problem
}

/** Holds the query of a page to the schema of the API's. A form sends what was left empty too: it means nothing. */
export function asked<S extends z.ZodType>(c: ApiContext, schema: S): Asked<z.output<S>> {
  const all = Object.entries(c.req.query()).filter(([, value]) => value.trim() !== "")
  const sent = new URLSearchParams(all.filter(([name]) => name !== "cursor"))
  const first = sent.size === all.length
  try {
    return { query: parsed(schema, Object.fromEntries(all)), sent, first }
  } catch (thrown) {
    return { query: schema.parse({}), sent, first: true, problem: refusal(c, thrown) }
  }
}
