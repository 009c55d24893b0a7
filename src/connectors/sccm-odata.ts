import { z } from "zod"
import { malformedError } from "./errors.ts"
import type { Call, Session } from "./session.ts"

const errorShape = z.object({ error: z.object({ code: z.unknown(), message: z.unknown() }) })

/**
 * The entries of an answer: a list, even for one key. That the service divides long lists is not confirmed; a link to the
 * next part is followed where there is one. Throws ConnectorError; an error in a 2xx is `malformed`.
 */
export async function values<T>(session: Session, entry: z.ZodType<T>, call: Call): Promise<readonly T[]> {
  const shape = z.union([z.object({ value: z.array(entry), "@odata.nextLink": z.string().optional() }), errorShape])
  const entries: T[] = []
  for (let next: Call | undefined = call; next !== undefined; ) {
    const answer: z.output<typeof shape> = await session.json(shape, next)
    if ("error" in answer) throw malformedError(`sccm: an error in the answer of ${call.path}`)
    entries.push(...answer.value)
    const link: string | undefined = answer["@odata.nextLink"]
    next = link === undefined ? undefined : { path: link, signal: call.signal }
  }
  return entries
}
