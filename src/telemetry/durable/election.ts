import type postgres from "postgres"
import { openPool } from "../../db/driver.ts"

/** How soon PostgreSQL gives up a session of ours that went silent: a frozen process or a machine that vanished. */
const silenceMs = 15_000
/** Longer than any statement of ours takes. */
const statementTimeoutMs = 5_000

export interface ElectionOptions {
  /** A direct session: a pooler that switches servers between transactions cannot hold a lock. */
  readonly url: string
  /** What the process is elected for, in words; one for each. */
  readonly office: string
  /** How often the session is used. */
  readonly intervalMs: number
  /** Where the session finds its tables; the role's own without it. */
  readonly searchPath?: string | undefined
}

/** One connection, for as long as it lives. */
export interface Session {
  /** The client would reconnect by itself: use it no more once the session is lost. */
  readonly sql: postgres.Sql
  /** Rejects when the connection is lost. A statement that was sent in that very moment may never be answered. */
  readonly lost: Promise<never>
}

/**
 * One process among many, by an advisory lock of a session that lives as long as its connection.
 * Whatever is done for an office is done on that same connection, so the server itself keeps a deposed process out.
 */
export class Election {
  readonly #options: ElectionOptions
  #session: Session
  #elected = false
  #closed = false

  constructor(options: ElectionOptions) {
    this.#options = options
    this.#session = this.#connect()
  }

  get session(): Session {
    return this.#session
  }

  /** Whether the session holds the lock; false at once when its connection is lost. */
  get elected(): boolean {
    return this.#elected
  }

  /** Tries to be elected, unless it is already. Rejects when the database cannot be reached. */
  async stand(): Promise<boolean> {
    if (this.#elected) return true
    const [answer] = await this.#session.sql<{ elected: boolean }[]>`
      SELECT pg_try_advisory_lock(hashtextextended(${this.#options.office}, 0)) AS elected`
    this.#elected = answer?.elected === true
    return this.#elected
  }

  /** Leaves office by leaving the session behind, which may no longer answer, and begins another one. */
  async resign(session: Session): Promise<void> {
    if (session !== this.#session) return
    this.#elected = false
    if (!this.#closed) this.#session = this.#connect()
    await session.sql.end({ timeout: 0 })
  }

  /** Leaves office for good. */
  async close(): Promise<void> {
    this.#closed = true
    this.#elected = false
    await this.#session.sql.end({ timeout: 1 })
  }

  #connect(): Session {
    const lost = Promise.withResolvers<never>()
    lost.promise.catch(() => {}) // nobody may be waiting just then; whoever waits later is told nonetheless
    const sql = openPool(this.#options.url, {
      max: 1,
      idle_timeout: 0, // the lock lives as long as the connection
      max_lifetime: null,
      connect_timeout: 5,
      backoff: () => 0.25, // seconds; the driver's own grows to 20
      onnotice: () => {},
      onclose: () => {
        lost.reject(new Error("the connection to the database was lost"))
        void this.resign(session)
      },
      connection: {
        application_name: `eucora ${this.#options.office}`,
        statement_timeout: statementTimeoutMs,
        ...(this.#options.searchPath !== undefined && { search_path: this.#options.searchPath }),
        idle_session_timeout: Math.max(silenceMs, 3 * this.#options.intervalMs),
        tcp_keepalives_idle: 5,
        tcp_keepalives_interval: 5,
        tcp_keepalives_count: 2,
        tcp_user_timeout: silenceMs,
      },
    })
    const session = { sql, lost: lost.promise }
    return session
  }
}
