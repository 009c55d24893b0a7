import { z } from "@hono/zod-openapi"
import type { DoraKeys, DurationSummary } from "../../dora/types.ts"
import { appName, flag, orNull, ring } from "./fields.ts"

export const doraQuerySchema = z.strictObject({
  app_name: appName.optional(),
  include_demo: flag.optional().openapi({ description: "Whether demo data counts as well" }),
  days: z.coerce.number().int().min(1).max(365).default(30).openapi({
    type: "integer",
    minimum: 1,
    maximum: 365,
    description: "How far it looks back",
    example: 30,
  }),
})

const seconds = z.number().nullable().openapi({ description: "Seconds; null where there were none", example: 86_400 })
const summarySchema = z.object({ count: z.int(), mean: seconds, median: seconds, p95: seconds }).openapi("Durations")

const doraKeysSchema = z
  .object({
    ring: orNull(ring).openapi({ description: "The target ring; null for all of them together" }),
    deployments: z.int().openapi({ description: "Deployments that COMPLETED" }),
    deployments_per_day: z.number(),
    lead_time: summarySchema.openapi({ description: "From submission to COMPLETED" }),
    failures: z.int().openapi({ description: "FAILED or ROLLED_BACK, also after they had completed" }),
    change_failure_rate: z
      .number()
      .nullable()
      .openapi({ description: "Failures ÷ those that completed, failed or were rolled back", example: 0.02 }),
    time_to_restore: summarySchema.openapi({ description: "To the application's next COMPLETED deployment" }),
    unrestored: z.int().openapi({ description: "Failures that nothing has made good yet" }),
  })
  .openapi("DoraKeys")

export const doraSchema = z.object({ days: z.int(), items: z.array(doraKeysSchema) }).openapi("Dora")

export function doraBody(days: number, keys: readonly DoraKeys[]): z.input<typeof doraSchema> {
  return { days, items: keys.map(keysBody) }
}

const durations = ({ count, mean, median, p95 }: DurationSummary) => ({ count, mean, median, p95 })

function keysBody(keys: DoraKeys): z.input<typeof doraKeysSchema> {
  return {
    ring: keys.ring,
    deployments: keys.deployments,
    deployments_per_day: keys.deploymentsPerDay,
    lead_time: durations(keys.leadTime),
    failures: keys.failures,
    change_failure_rate: keys.changeFailureRate,
    time_to_restore: durations(keys.timeToRestore),
    unrestored: keys.unrestored,
  }
}
