import { z } from "@hono/zod-openapi"
import { connectorErrorClasses, connectorErrorTypes } from "../../connectors/types.ts"
import type { ConnectorView } from "../../probes/types.ts"
import { connectorType, ring, servedMomentOrNull, textOf } from "./fields.ts"

const lastErrorSchema = z
  .object({ class: z.enum(connectorErrorClasses), type: z.enum(connectorErrorTypes) })
  .openapi("ConnectorLastError", { example: { class: "transient", type: "timeout" } })

const connectorSchema = z
  .object({
    type: connectorType,
    configured: z.boolean(),
    healthy: z
      .boolean()
      .nullable()
      .openapi({ description: "What the last probe found; null where there was none", example: true }),
    since: servedMomentOrNull.openapi({ description: "Since when it has been so, without a break" }),
    last_checked_at: servedMomentOrNull.openapi({
      description: "When the last probe ended: what is stale is not healthy",
    }),
    last_error: z
      .union([lastErrorSchema, z.null()])
      .openapi({ description: "Of the last probe that failed, kept when it is healthy again" }),
    rings: z.array(ring).openapi({ description: "The rings that are mapped to a grouping of the back end's" }),
  })
  .openapi("Connector")

export const connectorListSchema = z.object({ items: z.array(connectorSchema) }).openapi("ConnectorList")

export function connectorBody({ type, configured, rings, health }: ConnectorView): z.input<typeof connectorSchema> {
  const failure = health?.lastFailure ?? null
  return {
    type,
    configured,
    healthy: health?.healthy ?? null,
    since: textOf(health?.since ?? null),
    last_checked_at: textOf(health?.checkedAt ?? null),
    last_error: failure && { class: failure.errorClass, type: failure.errorType },
    rings: [...rings],
  }
}
