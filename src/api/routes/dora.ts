import { OpenAPIHono } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import type { ApiEnv } from "../env.ts"
import { someKeys } from "../examples/operation.ts"
import { doraBody, doraQuerySchema, doraSchema } from "../schemas/dora.ts"

const read = defineRoute(
  "getDora",
  {
    tags: ["DORA"],
    summary: "The four keys, for all rings together and for each target ring",
    description:
      "Deployment frequency, lead time, change failure rate and time to restore of the deployments that ended in the " +
      "period.",
    request: { query: doraQuerySchema },
    responses: { 200: jsonAnswer("The keys; all rings together first", doraSchema, doraBody(30, [someKeys])) },
  },
  ["invalid_request"],
)

/** How well deploying goes. */
export function doraRoutes({ services }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>().openapi(read, async (c) => {
    const { app_name: appName, include_demo: includeDemo, days } = c.req.valid("query")
    return c.json(doraBody(days, await services.getDora({ appName, includeDemo, days })), 200)
  })
}
