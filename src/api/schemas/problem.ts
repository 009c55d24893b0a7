import { z } from "@hono/zod-openapi"

/** RFC 9457 with three members of our own. */
export const problemSchema = z
  .object({
    type: z.string().openapi({ format: "uri", example: "urn:eucora:problem:invalid-fields" }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().openapi({ format: "uri-reference", description: "Path of the request" }),
    correlation_id: z.string(),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: "The fields that are to blame, where fields are" }),
  })
  .openapi("Problem")
