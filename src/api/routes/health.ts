import { OpenAPIHono } from "@hono/zod-openapi"
import { AppError } from "../../lib/errors.ts"
import { aliasesOf } from "../access.ts"
import { defineRoute, jsonAnswer } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import type { ApiContext, ApiEnv } from "../env.ts"
import { healthy, unhealthy } from "../examples/operation.ts"
import { healthSchema, livenessSchema, readinessSchema } from "../schemas/health.ts"

const tags = ["Operation"]

const health = defineRoute(
  "getHealth",
  {
    tags,
    summary: "How each part is",
    responses: {
      200: jsonAnswer("It works, perhaps with less than everything (degraded)", healthSchema, healthy),
      503: jsonAnswer("It does not work (unhealthy)", healthSchema, unhealthy),
    },
  },
  [],
)

const liveness = defineRoute(
  "getLiveness",
  {
    tags,
    summary: "Whether this process lives, whatever the other parts do",
    responses: { 200: jsonAnswer("It does", livenessSchema, { status: "live" }) },
  },
  [],
)

const readiness = defineRoute(
  "getReadiness",
  {
    tags,
    summary: "Whether this process takes requests",
    responses: { 200: jsonAnswer("It does", readinessSchema, { status: "ready" }) },
  },
  ["unavailable"],
)

/** Also without the API's prefix, where probes look first. */
export function healthRoutes({ services }: ApiDeps) {
  async function report(c: ApiContext) {
    const found = await services.health()
    return found.status === "unhealthy" ? c.json(found, 503) : c.json(found, 200)
  }

  const live = (c: ApiContext) => c.json({ status: "live" as const }, 200)

  async function ready(c: ApiContext) {
    if (!(await services.ready())) throw new AppError("unavailable", "This process does not take requests now.")
    return c.json({ status: "ready" as const }, 200)
  }

  return new OpenAPIHono<ApiEnv>()
    .openapi(health, report)
    .openapi(liveness, live)
    .openapi(readiness, ready)
    .on("GET", aliasesOf("getHealth"), report)
    .on("GET", aliasesOf("getLiveness"), live)
    .on("GET", aliasesOf("getReadiness"), ready)
}
