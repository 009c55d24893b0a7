import { z } from "@hono/zod-openapi"
import { type Drift, type DriftFilter, type DriftPage, driftKinds, driftStates } from "../../drift/types.ts"
import { driftCursor } from "./cursor.ts"
import {
  appName,
  connectorType,
  deploymentId,
  limit,
  ring,
  servedMoment,
  servedMomentOrNull,
  textOf,
  version,
} from "./fields.ts"

const foundSchema = z.object({ version: z.string(), devices: z.int() }).openapi("FoundVersion")

const driftSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(driftStates),
    kind: z.enum(driftKinds).openapi({
      description:
        "missing: devices that had it have it no longer; version_mismatch: devices have another version; " +
        "stuck: devices are pending for longer than a roll-out of the ring may take",
    }),
    deployment_id: deploymentId.openapi({ description: "The deployment whose version should be there" }),
    app_name: appName,
    connector_type: connectorType,
    ring,
    expected_version: version,
    devices: z.int().openapi({ description: "How many it concerned when it was last seen", example: 2 }),
    found_versions: z
      .array(foundSchema)
      .openapi({ description: "version_mismatch: what is there instead, the most frequent first, 20 at most" }),
    opened_at: servedMoment,
    last_seen_at: servedMoment,
    closed_at: servedMomentOrNull,
  })
  .openapi("Drift")

export const driftPageSchema = z
  .object({
    items: z.array(driftSchema),
    next: z.string().nullable().openapi({ description: "Send it as `cursor` for the next page; null on the last" }),
  })
  .openapi("DriftPage")

export const driftQuerySchema = z.strictObject({
  state: z.enum(driftStates).optional().openapi({ description: "Whether a later look found it gone", example: "open" }),
  connector: connectorType.optional(),
  app_name: appName.optional(),
  ring: ring.optional(),
  limit,
  cursor: driftCursor.parameter.optional(),
})

export function toDriftFilter(query: z.output<typeof driftQuerySchema>): DriftFilter {
  const { state, connector: connectorType, app_name, cursor: after } = query
  return { state, connectorType, appName: app_name, ring: query.ring, after, limit: query.limit }
}

function driftBody(drift: Drift): z.input<typeof driftSchema> {
  return {
    id: drift.id,
    state: drift.closedAt === null ? "open" : "closed",
    kind: drift.kind,
    deployment_id: drift.deploymentId,
    app_name: drift.appName,
    connector_type: drift.connectorType,
    ring: drift.ring,
    expected_version: drift.expectedVersion,
    devices: drift.devices,
    found_versions: drift.found.map(({ version, devices }) => ({ version, devices })),
    opened_at: textOf(drift.openedAt),
    last_seen_at: textOf(drift.seenAt),
    closed_at: textOf(drift.closedAt),
  }
}

export function driftPageBody({ items, next }: DriftPage) {
  return { items: items.map(driftBody), next: next === undefined ? null : driftCursor.encode(next) }
}
