import { sql } from "drizzle-orm"
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core"
import { connectorErrorClasses, connectorErrorTypes, connectorTypes } from "../connectors/types.ts"
import { driftKinds, type FoundVersion } from "../drift/types.ts"
import { rings } from "../rings/rings.ts"
import { at, id, oneOf } from "./columns.ts"
import { deployments, rollouts } from "./schema.ts"

/** What probes found out about each back end. The row is made by the first probe; `sequence` tells a late result from a new one. */
export const connectorHealth = pgTable(
  "connector_health",
  {
    connectorType: text("connector_type", { enum: connectorTypes }).primaryKey(),
    /** Whether it was configured where probes were last made. */
    configured: boolean("configured").notNull().default(true),
    sequence: integer("sequence").notNull().default(0),
    /** These three are null until a first probe has ended. */
    healthy: boolean("healthy"),
    since: at("since"),
    checkedAt: at("checked_at"),
    /** Of the last probe that failed. */
    lastErrorClass: text("last_error_class", { enum: connectorErrorClasses }),
    lastErrorType: text("last_error_type", { enum: connectorErrorTypes }),
  },
  () => [
    check("connector_health_type", oneOf("connector_type", connectorTypes)),
    check("connector_health_whole", sql`num_nulls(healthy, since, checked_at) IN (0, 3)`),
    check("connector_health_error", sql`num_nulls(last_error_class, last_error_type) IN (0, 2)`),
  ],
)

/** Where reconciling stands with a ring of a deployment; `sequence` tells a late look from a new one. */
export const ringChecks = pgTable(
  "ring_checks",
  {
    deploymentId: uuid("deployment_id").notNull(),
    ring: text("ring", { enum: rings }).notNull(),
    sequence: integer("sequence").notNull().default(0),
    begunAt: at("begun_at").notNull().defaultNow(),
    /** The fewest devices seen with another version and without any: more than that is drift. */
    fewestWrong: integer("fewest_wrong"),
    fewestWithout: integer("fewest_without"),
    /** Since when there have been pending devices, without a break. */
    pendingSince: at("pending_since"),
  },
  (table) => [
    primaryKey({ columns: [table.deploymentId, table.ring] }),
    foreignKey({ columns: [table.deploymentId, table.ring], foreignColumns: [rollouts.deploymentId, rollouts.ring] }),
  ],
)

/** Differences between what a deployment left in a ring and what is there; of each kind one is open at a time. */
export const drifts = pgTable(
  "drifts",
  {
    id: id(),
    deploymentId: uuid("deployment_id")
      .notNull()
      .references(() => deployments.id),
    ring: text("ring", { enum: rings }).notNull(),
    kind: text("kind", { enum: driftKinds }).notNull(),
    devices: integer("devices").notNull(),
    expectedVersion: text("expected_version").notNull(),
    found: jsonb("found").$type<readonly FoundVersion[]>().notNull(),
    openedAt: at("opened_at").notNull().defaultNow(),
    seenAt: at("seen_at").notNull().defaultNow(),
    closedAt: at("closed_at"),
  },
  (table) => [
    uniqueIndex("drifts_open").on(table.deploymentId, table.ring, table.kind).where(sql`closed_at IS NULL`),
    index("drifts_newest").on(table.openedAt, table.id),
    check("drifts_kind", oneOf("kind", driftKinds)),
    check("drifts_devices", sql`devices > 0`),
  ],
)
