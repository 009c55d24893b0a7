import { z } from "@hono/zod-openapi"
import { healthStatuses } from "../../lib/health.ts"

const status = z.enum(healthStatuses).openapi("HealthStatus", {
  description: "degraded: works with less than everything; unhealthy: does not work",
})

const check = z.object({ status, detail: z.string() }).openapi("HealthCheck", {
  example: { status: "healthy", detail: "Answers in 2 ms." },
})

export const healthSchema = z
  .object({
    status,
    checks: z.object({
      database: check,
      queue: check,
      workers: check,
      collector: check,
      connectors: check,
      breakers: check,
    }),
  })
  .openapi("HealthReport")

export const livenessSchema = z.object({ status: z.literal("live") }).openapi("Liveness")
export const readinessSchema = z.object({ status: z.literal("ready") }).openapi("Readiness")
