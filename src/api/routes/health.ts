import { OpenAPIHono } from "@hono/zod-openapi"
import { AppError } from "../../lib/errors.ts"
import { defineRoute, jsonAnswer } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import type { ApiEnv } from "../env.ts"
import { healthSchema, livenessSchema, readinessSchema } from "../schemas/health.ts"

const tags = ["Operation"]

const health = defineRoute(
  "getHealth",
  {
    tags,
    summary: "How each part is",
    responses: {
      200: jsonAnswer("It works, perhaps with less than everything (degraded)", healthSchema),
      503: jsonAnswer("It does not work (unhealthy)", healthSchema),
    },
  },
  [],
)

const liveness = defineRoute(
  "getLiveness",
  {
    tags,
    summary: "Whether this process lives, whatever the other parts do",
    responses: { 200: jsonAnswer("It does", livenessSchema) },
  },
  [],
)

const readiness = defineRoute(
  "getReadiness",
  {
    tags,
    summary: "Whether this process takes requests",
    responses: { 200: jsonAnswer("It does", readinessSchema) },
  },
  ["unavailable"],
)

export function healthRoutes({ services }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(health, async (c) => {
      const report = await services.health()
      return report.status === "unhealthy" ? c.json(report, 503) : c.json(report, 200)
    })
    .openapi(liveness, (c) => c.json({ status: "live" as const }, 200))
    .openapi(readiness, async (c) => {
      if (!(await services.ready())) throw new AppError("unavailable", "This process does not take requests now.")
      return c.json({ status: "ready" as const }, 200)
    })
}
