import { and, desc, eq } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { events } from "../db/schema.ts"
import type { Domain } from "../domain.ts"
import type { Event } from "../events/types.ts"
import { type BreakerRow, readBreakers } from "./row.ts"
import { transition } from "./transition.ts"
import type { BreakerSettings, CircuitBreaker } from "./types.ts"

/** As many of its newest events as are served with a breaker. */
const historyLength = 10

/** The breakers of the back ends that are configured, in order of name, each with what happened to it of late. */
export async function listBreakers(domain: Domain): Promise<CircuitBreaker[]> {
  const rows = (await readBreakers(domain.db)).filter((row) => domain.connectors.has(row.connectorType))
  return Promise.all(rows.map((row) => served(domain.db, row, domain.breakers.settings)))
}

/** A breaker as it is served. */
export async function served(db: Database, row: BreakerRow, settings: BreakerSettings): Promise<CircuitBreaker> {
  const { id, service, connectorType, state, now } = row
  const { retryAfterSeconds } = transition(state, { kind: "call" }, now, settings)
  return {
    service,
    connectorType,
    state: state.kind,
    failures: state.failures,
    openedAt: state.kind === "CLOSED" ? null : new Date(state.openedAt),
    retryAfterSeconds: state.kind === "ISOLATED" ? null : (retryAfterSeconds ?? null),
    reason: state.kind === "ISOLATED" ? state.reason : null,
    history: await newestEvents(db, id),
  }
}

function newestEvents(db: Database, id: string): Promise<Event[]> {
  return db
    .select()
    .from(events)
    .where(and(eq(events.subjectType, "connector"), eq(events.subjectId, id)))
    .orderBy(desc(events.sequence))
    .limit(historyLength)
}
