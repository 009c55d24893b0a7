import { OpenAPIHono } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import type { ApiEnv } from "../env.ts"
import { anApplication } from "../examples/deployments.ts"
import { exampleLinks } from "../examples/links.ts"
import { nextPageLink } from "../next-page-link.ts"
import {
  applicationPageBody,
  applicationPageSchema,
  applicationQuerySchema,
  toApplicationFilter,
} from "../schemas/application.ts"

const list = defineRoute(
  "listApplications",
  {
    tags: ["Applications"],
    summary: "List applications by name, each with its newest deployment per ring",
    request: { query: applicationQuerySchema },
    responses: {
      200: jsonAnswer(
        "A page of applications",
        applicationPageSchema,
        applicationPageBody({ items: [anApplication] }, exampleLinks),
        { Link: "The next page, rel=next" },
      ),
    },
  },
  ["invalid_request"],
)

export function applicationRoutes({ services, links }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>().openapi(list, async (c) => {
    const page = applicationPageBody(await services.listApplications(toApplicationFilter(c.req.valid("query"))), links)
    if (page.next !== null) c.header("Link", nextPageLink(c.req.url, page.next))
    return c.json(page, 200)
  })
}
