import { z } from "@hono/zod-openapi"
import { approvalStates } from "../../approvals/types.ts"
import { moment } from "./fields.ts"

/** Cursors of another version are refused, not misread, when what they hold changes. */
const cursorVersion = 1
const longest = 1024

/** A position in a list, opaque to callers: base64url of JSON, checked field by field when it comes back. */
export interface CursorCodec<T> {
  /** Throws a ZodError when a verb hands out a position that it would not take back. */
  readonly encode: (position: T) => string
  /** Query parameter `cursor`, parsed to the position. */
  readonly parameter: z.ZodType<T, string>
}

function createCursor<T>(position: z.ZodType<T>, example: NoInfer<T>): CursorCodec<T> {
  const envelope = z.strictObject({ v: z.literal(cursorVersion), at: position })
  const refused = "is not a cursor that was handed out here"

  function write(at: T): string {
    return Buffer.from(JSON.stringify({ v: cursorVersion, at })).toString("base64url")
  }

  function read(text: string): T | undefined {
    const parsed = envelope.safeParse(jsonOf(text))
    return parsed.success && write(parsed.data.at) === text ? parsed.data.at : undefined
  }

  return {
    encode: (at) => write(position.parse(at)),
    parameter: z
      .string()
      .max(longest)
      .transform((text, context) => {
        const at = read(text)
        if (at !== undefined) return at
        context.addIssue({ code: "custom", message: refused })
        return z.NEVER
      })
      .openapi({
        type: "string",
        pattern: "^[A-Za-z0-9_-]+$",
        description: "`next` of the page before",
        example: write(example),
      }),
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString())
  } catch {
    // Whatever does not decode is refused by the schema, as what decodes to something else is.
    return undefined
  }
}

/** RFC 3339 with the database's microseconds, or the rows of one millisecond would be skipped. */
const exactMoment = moment.refine((text) => Date.parse(text) >= 0)
const [at, id] = ["2026-03-01T12:00:00.123456Z", "0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d11"]
export const deploymentCursor = createCursor(z.strictObject({ createdAt: exactMoment, id: z.uuid() }), {
  createdAt: at,
  id,
})
export const driftCursor = createCursor(z.strictObject({ openedAt: exactMoment, id: z.uuid() }), { openedAt: at, id })
export const alertCursor = createCursor(z.strictObject({ startsAt: exactMoment, id: z.uuid() }), { startsAt: at, id })
export const approvalCursor = createCursor(
  z.strictObject({ state: z.enum(approvalStates), at: exactMoment, id: z.uuid() }),
  { state: "mine", at, id },
)
export const policyCursor = createCursor(z.int().min(1).max(2_147_483_647), 12)
export const tokenCursor = createCursor(z.uuid(), id)
export const applicationCursor = createCursor(z.string().min(1).max(128), "Notepad++")
