import { OpenAPIHono } from "@hono/zod-openapi"
import { aliasesOf } from "../access.ts"
import { defineRoute, textAnswer } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import type { ApiContext, ApiEnv } from "../env.ts"

const metrics = defineRoute(
  "getMetrics",
  {
    tags: ["Operation"],
    summary: "The metrics of all processes, as the Collector exposes them to Prometheus",
    description: "Also under /metrics. It can be configured to need a token of any role.",
    responses: {
      200: textAnswer("Prometheus exposition", { "text/plain": 'deployment_total{status="COMPLETED"} 1\n' }),
    },
  },
  [],
)

export function metricsRoutes({ services }: ApiDeps) {
  async function exposition(c: ApiContext) {
    const { body, contentType } = await services.exposition()
    return c.text(body, 200, { "Content-Type": contentType })
  }

  return new OpenAPIHono<ApiEnv>().openapi(metrics, exposition).on("GET", aliasesOf("getMetrics"), exposition)
}
