import type { MiddlewareHandler } from "hono"
import { AppError, type FieldError } from "../../lib/errors.ts"
import type { ApiContext, ApiEnv } from "../env.ts"

/** Deeper than anything we take, and far from what would exhaust a stack. */
const maxDepth = 16
const json = /^application\/json(?:; *charset="?utf-8"?)?$/i
const unstorable = "must not contain NUL or unpaired surrogates"
const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * Refuses what zod would never see or would see changed: another content type, a compressed body, invalid UTF-8,
 * broken JSON, nesting without end, and text that PostgreSQL cannot store. The size is limited before this runs.
 */
export function jsonBody(): MiddlewareHandler<ApiEnv> {
  return async function jsonBody(c, next) {
    refuseOtherTypes(c)
    const fault = findFault(parse(await read(c)), [])
    if (fault)
      throw new AppError("invalid_request", `Text or nesting of the body ${fault.message}.`, { fields: [fault] })
    await next()
  }
}

function refuseOtherTypes(c: ApiContext): void {
  if (!json.test(c.req.header("content-type") ?? "")) {
    throw new AppError("unsupported_media_type", "Send the body as application/json in UTF-8.")
  }
  const encoding = c.req.header("content-encoding") ?? "identity"
  if (encoding.toLowerCase() !== "identity") {
    throw new AppError("unsupported_media_type", "Send the body without a Content-Encoding.")
  }
}

async function read(c: ApiContext): Promise<ArrayBuffer> {
  try {
    return await c.req.arrayBuffer()
  } catch (cause) {
    throw new AppError("invalid_request", "The body ended before all of it had come.", { cause })
  }
}

function parse(body: ArrayBuffer): unknown {
  try {
    return JSON.parse(utf8.decode(body))
  } catch (cause) {
    throw new AppError("invalid_request", "The body is not JSON in UTF-8.", { cause })
  }
}

/** The first place that is nested too deeply or holds text without a form in UTF-8 or in PostgreSQL. */
function findFault(value: unknown, path: readonly string[]): FieldError | undefined {
  const field = path.join(".")
  if (typeof value === "string") return isStorable(value) ? undefined : { field, message: unstorable }
  if (typeof value !== "object" || value === null) return undefined
  if (path.length >= maxDepth) return { field, message: `must not be nested deeper than ${maxDepth}` }
  for (const [key, member] of Object.entries(value)) {
    const fault = isStorable(key) ? findFault(member, [...path, key]) : { field, message: unstorable }
    if (fault) return fault
  }
  return undefined
}

/** PostgreSQL stores neither NUL nor half of a surrogate pair. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0")
}
