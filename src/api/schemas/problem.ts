import { z } from "@hono/zod-openapi"
import { keysOf } from "../keys-of.ts"
import { type ProblemKind, problemType, translations } from "../problem.ts"

const members = z.object({
  type: z.string().openapi({ format: "uri", description: "Names the kind of problem, for ever" }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().optional().openapi({
    format: "uri-reference",
    description: "Path of the request; absent where it could not be read",
  }),
  correlation_id: z.string(),
  errors: z
    .array(z.object({ field: z.string(), message: z.string() }))
    .optional()
    .openapi({ description: "The fields that are to blame, where fields are" }),
})

/** A problem of that kind. */
export function problemExample(kind: ProblemKind): z.input<typeof members> {
  const { status, title } = translations[kind]
  return {
    type: problemType(kind),
    title,
    status,
    detail: `${title}.`,
    instance: "/api/v1/deployments",
    correlation_id: "2f1c7a52-8f5e-4d0b-9e43-5d5f2f4b7a10",
    ...(kind === "invalid_fields" ? { errors: [{ field: "target_ring", message: "is required" }] } : {}),
  }
}

/** RFC 9457 with two members of our own, and an example of every kind: some are answered before any operation is found. */
export const problemSchema = members.openapi("Problem", { examples: keysOf(translations).map(problemExample) })
