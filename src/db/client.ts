import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js"
import type postgres from "postgres"
import { backoffSeconds } from "../lib/backoff.ts"
import { openPool } from "./driver.ts"
import * as schema from "./schema.ts"

export type Database = PostgresJsDatabase<typeof schema>
/** An open transaction; what a verb passes on to everything that must commit or roll back with it. */
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0]

export interface DatabaseClient {
  readonly db: Database
  readonly sql: postgres.Sql
  close(): Promise<void>
}

export interface ClientOptions {
  readonly url: string
  readonly applicationName: string
  /** Connections at most. */
  readonly max: number
  /** Wraps the client for spans and query durations; drizzle sees only the wrapped one. */
  readonly instrument?: (sql: postgres.Sql) => postgres.Sql
}

/** A statement that runs longer than this is a fault, not patience. Milliseconds. */
const statementTimeoutMs = 10_000

/** The driver's own back-off goes up to 20 s: requests would wait for that long after the database is back. */
const reconnect = { baseSeconds: 0.02, capSeconds: 0.25 }

/** Opens a pool. Nothing connects before the first query. */
export function connect(options: ClientOptions): DatabaseClient {
  const raw = openPool(options.url, {
    max: options.max,
    connect_timeout: 5,
    backoff: (failures) => backoffSeconds(failures, reconnect, Math.random()),
    idle_timeout: 60,
    onnotice: () => {},
    connection: { application_name: options.applicationName, statement_timeout: statementTimeoutMs },
  })
  const sql = options.instrument?.(raw) ?? raw
  return { db: drizzle(sql, { schema }), sql, close: () => raw.end({ timeout: 2 }) }
}
