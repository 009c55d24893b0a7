import postgres from "postgres"

/** How soon PostgreSQL gives up a session of ours that went silent: a frozen process or a machine that vanished. */
const silenceMs = 15_000
/** Longer than any statement of ours takes. */
const statementTimeoutMs = 5_000

export interface ElectionOptions {
  /** A direct session: a pooler that switches servers between transactions cannot hold a lock. */
  readonly url: string
  /** One process is elected for each. */
  readonly instance: string
  /** How often the session is used. */
  readonly intervalMs: number
}

/**
 * One process among many, by an advisory lock of a session that lives as long as its connection.
 * Whatever is done for an office is done on that same connection, so the server itself keeps a deposed process out.
 */
export class Election {
  readonly #options: ElectionOptions
  #sql: postgres.Sql
  #term: number | undefined
  #terms = 0
  #closed = false

  constructor(options: ElectionOptions) {
    this.#options = options
    this.#sql = this.#connect()
  }

  /** The one connection. The client opens another one when it is lost: see `term`. */
  get sql(): postgres.Sql {
    return this.#sql
  }

  /** The term of office; undefined while another process is elected. Whoever finds it unchanged was elected all the while. */
  get term(): number | undefined {
    return this.#term
  }

  /** Tries to be elected, unless it is already. Rejects when the database cannot be reached. */
  async stand(): Promise<number | undefined> {
    if (this.#term !== undefined) return this.#term
    const name = `durable metrics of ${this.#options.instance}`
    const [answer] = await this.#sql<{ elected: boolean }[]>`
      SELECT pg_try_advisory_lock(hashtextextended(${name}, 0)) AS elected`
    if (answer?.elected === true) this.#term = ++this.#terms
    return this.#term
  }

  /** Leaves office by leaving the connection behind, which may no longer answer. */
  async resign(): Promise<void> {
    const left = this.#sql
    this.#term = undefined
    if (!this.#closed) this.#sql = this.#connect()
    await left.end({ timeout: 0 })
  }

  /** Leaves office for good. */
  async close(): Promise<void> {
    this.#closed = true
    this.#term = undefined
    await this.#sql.end({ timeout: 1 })
  }

  #connect(): postgres.Sql {
    const sql = postgres(this.#options.url, {
      max: 1,
      idle_timeout: 0, // the lock lives as long as the connection
      max_lifetime: null,
      connect_timeout: 5,
      onnotice: () => {},
      onclose: () => {
        if (this.#sql === sql) this.#term = undefined
      },
      connection: {
        application_name: `eucora ${this.#options.instance} metrics`,
        statement_timeout: statementTimeoutMs,
        idle_session_timeout: Math.max(silenceMs, 3 * this.#options.intervalMs),
        tcp_keepalives_idle: 5,
        tcp_keepalives_interval: 5,
        tcp_keepalives_count: 2,
        tcp_user_timeout: silenceMs,
      },
    })
    return sql
  }
}
