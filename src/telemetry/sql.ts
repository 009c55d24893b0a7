import { type Attributes, type Span, SpanKind, trace } from "@opentelemetry/api"
import type postgres from "postgres"
import type { QueryType } from "./instruments.ts"
import { metrics } from "./metrics.ts"
import { closePool, openPool, type Pool } from "./pools.ts"
import { type QuerySummary, summarizeSql } from "./sql-summary.ts"
import { recordFailure } from "./trace.ts"
import { tracer } from "./tracer.ts"

/**
 * A query of postgres.js 3.4.9: a promise that is handed to `handler` once, when somebody waits for it, and settled by
 * `resolve` or `reject`. A fragment is one too, and is never handed over. The driver has no hook for either moment.
 */
interface Query {
  handler: (query: Query) => void
  resolve: (value: unknown) => void
  reject: (reason: unknown) => void
  readonly strings: readonly string[]
}

/** Where queries go; the same on every span of a client. */
interface Peer {
  readonly pool: Pool
  readonly attributes: Attributes
  readonly known: WeakMap<QuerySummary, Attributes>
}

/** `loose` queries take a connection for themselves; those of a transaction have one. */
type Scope = "loose" | "held"

type AnySql = postgres.Sql | postgres.TransactionSql | postgres.ReservedSql
type Body = (scoped: AnySql) => unknown

/**
 * The same client, whose queries are measured (`db.client.operation.duration`) and, inside a recording span, traced as
 * CLIENT spans named `INSERT deployments`: no statement text, no values. Transactions, savepoints and reserved
 * connections hand out instrumented clients as well.
 */
export function instrumentSql(sql: postgres.Sql): postgres.Sql {
  const { host, port, database, max } = sql.options
  const peer: Peer = {
    pool: openPool(max),
    attributes: {
      "db.system.name": "postgresql",
      "db.namespace": database,
      "server.address": host[0] ?? "",
      "server.port": port[0] ?? 5432,
      "peer.service": "postgresql",
    },
    known: new WeakMap(),
  }
  return wrap(sql, peer, "loose")
}

function wrap<S extends AnySql>(sql: S, peer: Peer, scope: Scope): S {
  const overrides = overridesOf(sql, peer, scope)
  return new Proxy(sql, {
    apply: (target, self, args) => observed(Reflect.apply(target as unknown as () => unknown, self, args), peer, scope),
    get: (target, key) => overrides[key] ?? Reflect.get(target, key),
  })
}

/** The methods that make queries, or hand out further clients, or take a connection out of the pool. */
function overridesOf(sql: AnySql, peer: Peer, scope: Scope): Readonly<Record<string | symbol, unknown>> {
  const { pool } = peer
  const within = (args: readonly unknown[]): unknown[] => wrapBody(args, (scoped) => wrap(scoped, peer, "held"))
  const unsafe = (...args: Parameters<typeof sql.unsafe>): unknown => observed(sql.unsafe(...args), peer, scope)
  if ("savepoint" in sql) {
    return { unsafe, savepoint: (...args: unknown[]) => sql.savepoint(...(within(args) as [Body])) }
  }
  if ("release" in sql) {
    const release = (): void => {
      pool.held--
      sql.release()
    }
    return { unsafe, release }
  }
  return {
    unsafe,
    begin: (...args: unknown[]) => holding(pool, () => sql.begin(...(within(args) as [Body]))),
    reserve: async () => {
      const reserved = await sql.reserve()
      pool.held++
      return wrap(reserved, peer, "held")
    },
    end: (...args: Parameters<typeof sql.end>) => {
      closePool(pool)
      return sql.end(...args)
    },
  }
}

/** Gives the function that stands last (after options or a name) an instrumented client. */
function wrapBody(args: readonly unknown[], instrument: (scoped: AnySql) => AnySql): unknown[] {
  const body = args.at(-1) as Body
  return [...args.slice(0, -1), (scoped: AnySql) => body(instrument(scoped))]
}

async function holding<T>(pool: Pool, work: () => Promise<T>): Promise<T> {
  pool.held++
  try {
    return await work()
  } finally {
    pool.held--
  }
}

function isQuery(value: unknown): value is Query {
  return value instanceof Promise && "handler" in value && "resolve" in value && "reject" in value
}

/** Measures the query from the moment it is handed over to the moment it settles; anything else is returned as it is. */
function observed<Q>(query: Q, peer: Peer, scope: Scope): Q {
  if (isQuery(query)) {
    const { handler } = query
    query.handler = (started) => {
      measure(started, peer, scope)
      handler(started)
    }
  }
  return query
}

function measure(query: Query, peer: Peer, scope: Scope): void {
  const summary = summarizeSql(query.strings.join("?"))
  const span = startSpan(summary, peer)
  const start = performance.now()
  const { resolve, reject } = query
  if (scope === "loose") peer.pool.queries++
  let open = true
  const settled = (): void => {
    if (!open) return
    open = false
    if (scope === "loose") peer.pool.queries--
    metrics.queryDuration.record((performance.now() - start) / 1_000, labels[summary.type])
    span?.end()
  }
  query.resolve = (value) => {
    settled()
    resolve(value)
  }
  query.reject = (reason) => {
    if (open && span !== undefined) recordFailure(span, reason)
    settled()
    reject(reason)
  }
}

/** Only inside a recording span: a query is part of a story, never one of its own. */
function startSpan(summary: QuerySummary, peer: Peer): Span | undefined {
  if (trace.getActiveSpan()?.isRecording() !== true) return undefined
  // attributes given at the start are copied three times over
  return tracer().startSpan(summary.text, { kind: SpanKind.CLIENT }).setAttributes(spanAttributes(summary, peer))
}

/** The same for all queries of one text. */
function spanAttributes(summary: QuerySummary, { attributes, known }: Peer): Attributes {
  let found = known.get(summary)
  if (found === undefined) {
    const { operation, collection, text } = summary
    const query = { "db.operation.name": operation, "db.collection.name": collection, "db.query.summary": text }
    found = { ...attributes, ...query }
    known.set(summary, found)
  }
  return found
}

const labelsOf = (type: QueryType) => ({ "db.system.name": "postgresql", "db.operation.name": type }) as const

const labels: Readonly<Record<QueryType, ReturnType<typeof labelsOf>>> = {
  select: labelsOf("select"),
  insert: labelsOf("insert"),
  update: labelsOf("update"),
  delete: labelsOf("delete"),
  other: labelsOf("other"),
}
