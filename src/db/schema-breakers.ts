import { sql } from "drizzle-orm"
import { check, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core"
import { breakerStates } from "../breaker/types.ts"
import { connectorTypes } from "../connectors/types.ts"
import { at, id, oneOf } from "./columns.ts"

/**
 * One circuit breaker for all processes, and the subject of its back end's events. Whoever writes repeats in the WHERE
 * what was read; a trigger tells the other processes. All times are the database's.
 */
export const breakers = pgTable(
  "breakers",
  {
    id: id(),
    /** The back end's configured name. */
    service: text("service").notNull(),
    connectorType: text("connector_type", { enum: connectorTypes }).notNull(),
    state: text("state", { enum: breakerStates }).notNull().default("CLOSED"),
    /** Grows with every change of state: results of calls that were let through before are old. */
    generation: integer("generation").notNull().default(0),
    failures: integer("failures").notNull().default(0),
    /** When it last left CLOSED. */
    openedAt: at("opened_at"),
    /** OPEN: no call is tried in it. HALF_OPEN: the lease of the one call. CLOSED: few calls are let through in it. */
    periodFrom: at("period_from"),
    periodUntil: at("period_until"),
    /** CLOSED: calls that are still let through in the period. */
    callsLeft: integer("calls_left"),
    /** ISOLATED: why. */
    reason: text("reason"),
  },
  (table) => [
    uniqueIndex("breakers_of").on(table.service, table.connectorType),
    check("breakers_connector_type", oneOf("connector_type", connectorTypes)),
    check("breakers_state", oneOf("state", breakerStates)),
    check(
      "breakers_whole",
      sql`CASE state
        WHEN 'CLOSED' THEN opened_at IS NULL AND reason IS NULL AND num_nulls(period_from, period_until, calls_left) IN (0, 3)
        WHEN 'ISOLATED' THEN opened_at IS NOT NULL AND reason IS NOT NULL AND period_from IS NULL AND period_until IS NULL
        ELSE num_nulls(opened_at, period_from, period_until) = 0 AND reason IS NULL END`,
    ),
  ],
)
