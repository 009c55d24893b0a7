import { OpenAPIHono } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import type { ApiEnv } from "../env.ts"
import { aDrift } from "../examples/operation.ts"
import { nextPageLink } from "../next-page-link.ts"
import { driftPageBody, driftPageSchema, driftQuerySchema, toDriftFilter } from "../schemas/drift.ts"

const list = defineRoute(
  "listDrifts",
  {
    tags: ["Back ends"],
    summary: "List differences between what deployments left in rings and what is there, newest first",
    description:
      "One is open until a later look finds it gone, and is kept. The next page is linked in `Link` with rel=next.",
    request: { query: driftQuerySchema },
    responses: {
      200: jsonAnswer("A page of drifts", driftPageSchema, driftPageBody({ items: [aDrift] }), {
        Link: "The next page, rel=next",
      }),
    },
  },
  ["invalid_request"],
)

export function driftRoutes({ services }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>().openapi(list, async (c) => {
    const page = driftPageBody(await services.listDrifts(toDriftFilter(c.req.valid("query"))))
    if (page.next !== null) c.header("Link", nextPageLink(c.req.url, page.next))
    return c.json(page, 200)
  })
}
