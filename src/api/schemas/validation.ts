import type { z } from "@hono/zod-openapi"
import type { FieldError } from "../../lib/errors.ts"
import type { ApiContext } from "../env.ts"
import { problemResponse } from "../problem.ts"

type Issue = z.core.$ZodIssue

/** What zod-openapi hands to the hook of a route whose input was parsed. */
interface Parsed {
  readonly target: string
  readonly data?: unknown
  readonly success: boolean
  readonly error?: z.ZodError
}

/** Answers for input that a route's schema refuses: 422 when it is the body, 400 for path, query and headers. */
export function refuseInvalid(parsed: Parsed, c: ApiContext): Response | undefined {
  if (parsed.success || parsed.error === undefined) return undefined
  const fields = fieldErrors(parsed.error.issues, parsed.data, parsed.target)
  const named = [...new Set(fields.map(({ field }) => field))].slice(0, 8).join(", ")
  if (parsed.target === "json") {
    return problemResponse(c, { kind: "invalid_fields", detail: `Not valid in the body: ${named}.`, fields })
  }
  return problemResponse(c, { kind: "invalid_request", detail: `Not valid in the ${parsed.target}: ${named}.`, fields })
}

/** What is wrong with which field. `target` is what all of the input is called. */
export function fieldErrors(issues: readonly Issue[], input: unknown, target: string): readonly FieldError[] {
  const whole = target === "json" ? "body" : target
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ field: [...issue.path, key].join("."), message: "is not known" }))
    }
    const missing = issue.path.length > 0 && valueAt(input, issue.path) === undefined
    return [{ field: issue.path.join(".") || whole, message: missing ? "is required" : issue.message }]
  })
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? Reflect.get(value, key) : undefined), input)
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null
}
