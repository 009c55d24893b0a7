import { sql } from "drizzle-orm"
import { bigint, check, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core"
import { alertStatuses } from "../alerts/types.ts"
import { at, id, oneOf } from "./columns.ts"
import { events } from "./schema.ts"

/**
 * The order in which events are served, given to them after their commit by one elected process: a number that is made
 * at the insert would let a late commit slip in behind a reader. Insert-only.
 */
export const eventPositions = pgTable("event_positions", {
  position: bigint("position", { mode: "number" }).primaryKey(),
  eventId: uuid("event_id")
    .notNull()
    .unique()
    .references(() => events.id),
})

/** A block seals the positions since the block before it, with a key that is not in the database. Insert-only. */
export const eventBlocks = pgTable(
  "event_blocks",
  {
    number: integer("number").primaryKey(),
    firstPosition: bigint("first_position", { mode: "number" }).notNull(),
    lastPosition: bigint("last_position", { mode: "number" }).notNull(),
    /** SHA-256 over the hashes of the events in it, in order. */
    digest: text("digest").notNull(),
    /** HMAC-SHA-256 over the block's numbers, its digest and the seal of the block before. */
    seal: text("seal").notNull(),
    sealedAt: at("sealed_at").notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex("event_blocks_first").on(table.firstPosition),
    check("event_blocks_range", sql`first_position <= last_position`),
  ],
)

/** What Alertmanager told us: one row for each time that an alert fired. */
export const alerts = pgTable(
  "alerts",
  {
    id: id(),
    /** Alertmanager's: a hash of the labels. */
    fingerprint: text("fingerprint").notNull(),
    name: text("name").notNull(),
    status: text("status", { enum: alertStatuses }).notNull(),
    severity: text("severity").notNull(),
    component: text("component"),
    labels: jsonb("labels").$type<Readonly<Record<string, string>>>().notNull(),
    annotations: jsonb("annotations").$type<Readonly<Record<string, string>>>().notNull(),
    startsAt: at("starts_at").notNull(),
    endsAt: at("ends_at"),
    receivedAt: at("received_at").notNull().defaultNow(),
    /** When Alertmanager last repeated it. */
    seenAt: at("seen_at").notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex("alerts_once").on(table.fingerprint, table.startsAt),
    index("alerts_newest").on(table.startsAt.desc(), table.id.desc()),
    index("alerts_firing").on(table.status).where(sql`status = 'firing'`),
    check("alerts_status", oneOf("status", alertStatuses)),
    check("alerts_ended", sql`(status = 'resolved') = (ends_at IS NOT NULL)`),
  ],
)
