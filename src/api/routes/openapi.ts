import { OpenAPIHono, z } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer } from "../define-route.ts"
import type { ApiEnv } from "../env.ts"

const openApi = defineRoute(
  "getOpenApi",
  {
    tags: ["Operation"],
    summary: "This document: OpenAPI 3.1 of the API",
    responses: {
      200: jsonAnswer("The document", z.looseObject({ openapi: z.string() }), {
        openapi: "3.1.0",
        info: { title: "eucora", version: "0.1.0" },
        paths: {},
      }),
    },
  },
  [],
)

/** Serves what `describe` makes; it is made once, when first asked for, after every route is known. */
export function openApiRoutes(describe: () => { readonly openapi: string }) {
  let document: { readonly openapi: string } | undefined
  return new OpenAPIHono<ApiEnv>().openapi(openApi, (c) => {
    document ??= describe()
    return c.json(document, 200)
  })
}
