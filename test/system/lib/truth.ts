/** Whether Prometheus says what the tables say: both sides of a pair as the same text keys, and where they differ. */
import type postgres from "postgres"
import { domainCounts } from "../../../src/telemetry/domain-counts.ts"
import { domainGauges } from "../../../src/telemetry/domain-gauges.ts"
import type { DurableInstrument, Observed } from "../../../src/telemetry/durable/definition.ts"
import { query } from "./prometheus.ts"

/** So many applications have a label of their own in the runs that are compared. */
export const labelLimit = 15

const declared: readonly (DurableInstrument | Observed)[] = [...domainCounts, ...domainGauges(labelLimit, "demo")]

/** Names of everything that is counted or observed of the domain. */
export const declaredNames = declared.map(({ name }) => name)

/** One instrument, what Prometheus is asked for it, and the query over the tables that says what the answer has to be. */
export interface Pair {
  readonly instrument: string
  /** Of a histogram without `_count`, `_sum` and `_bucket`: it is asked for all three. */
  readonly promql: string
  /** Which of its series, where not all are meant: `{instance="demo"}`. */
  readonly selector?: string
  /** Columns named as the attributes, and `value`: of a histogram a row for each thing that was measured. */
  readonly sql: string
  /** A row that is counted: without it the comparison has to fail. `every`: without all of them. */
  readonly counts?: { readonly table: string; readonly row: string; readonly every?: true }
  /** Zero is something else than nothing. */
  readonly zeros?: true
  /** How far apart both may be; without it a microsecond per summed value. */
  readonly within?: number
  /** Why the tables cannot say it by themselves. */
  readonly why?: string
}

/** By labels, and for a histogram by what of it. */
export type Values = ReadonlyMap<string, number>

const usualTolerance = 1e-6

function definitionOf({ instrument }: Pair): DurableInstrument | Observed {
  const found = declared.find(({ name }) => name === instrument)
  if (found === undefined) throw new Error(`nobody declares ${instrument}`)
  return found
}

const keyOf = (names: readonly string[], labels: Readonly<Record<string, unknown>>, part = "") =>
  [part, ...names.map((name) => `${name}=${String(labels[name])}`)].filter(Boolean).join(" ")

const bucketPart = (bound: number) => `≤${bound}`

/** What Prometheus says. Two series with the same attributes are a fault, and named as one. */
export async function exposed(prometheus: string, pair: Pair): Promise<Values> {
  const definition = definitionOf(pair)
  const parts = definition.kind === "histogram" ? ["_count", "_sum", "_bucket"] : [""]
  const found = new Map<string, number>()
  for (const part of parts)
    for (const { labels, value } of await query(prometheus, `${pair.promql}${part}${pair.selector ?? ""}`)) {
      const { le } = labels
      const what = le === undefined ? part : bucketPart(le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le))
      const key = keyOf(Object.keys(definition.attributes), labels, what)
      found.set(found.has(key) ? `${key} once more` : key, value)
    }
  return found
}

/** What the tables say. */
async function counted(sql: postgres.Sql, pair: Pair): Promise<Values> {
  const definition = definitionOf(pair)
  const rows = await sql.unsafe(pair.sql)
  const found = new Map<string, number>()
  const add = (key: string, value: number) => found.set(key, (found.get(key) ?? 0) + value)
  for (const { value, ...labels } of rows) {
    const key = (part?: string) => keyOf(Object.keys(definition.attributes), labels, part)
    const number = Number(value)
    if (definition.kind !== "histogram") {
      add(key(), number)
      continue
    }
    add(key("_count"), 1)
    add(key("_sum"), number)
    for (const bound of [...definition.boundaries, Number.POSITIVE_INFINITY])
      add(key(bucketPart(bound)), number <= bound ? 1 : 0)
  }
  return found
}

/** Where the two do not agree, a line each; none where they do. */
function differences(pair: Pair, prometheus: Values, tables: Values): readonly string[] {
  const missing = pair.zeros ? Number.NaN : 0
  return [...new Set([...prometheus.keys(), ...tables.keys()])].flatMap((key) => {
    const [exposedValue, tableValue] = [prometheus.get(key) ?? missing, tables.get(key) ?? missing]
    if (Math.abs(exposedValue - tableValue) <= (pair.within ?? usualTolerance)) return []
    return [`${pair.instrument}{${key}}: Prometheus ${exposedValue}, the tables ${tableValue}`]
  })
}

/** Compares one pair as it is now. */
export async function compared(prometheus: string, sql: postgres.Sql, pair: Pair): Promise<readonly string[]> {
  return differences(pair, await exposed(prometheus, pair), await counted(sql, pair))
}

/**
 * Compares one pair as if a row that it counts were not there: a copy of its table without that row stands before the
 * table, for one transaction.
 */
export function comparedWithout(prometheus: string, sql: postgres.Sql, pair: Pair): Promise<readonly string[]> {
  const { table = "", row = "", every } = pair.counts ?? {}
  const told = exposed(prometheus, pair)
  return sql.begin(async (transaction) => {
    await transaction.unsafe(`CREATE TEMP TABLE ${table} ON COMMIT DROP AS SELECT * FROM ${table}`)
    const chosen = `SELECT ctid FROM ${table} WHERE ${row} ${every ? "" : "LIMIT 1"}`
    await transaction.unsafe(`DELETE FROM ${table} WHERE ctid = ANY (ARRAY(${chosen}))`)
    return differences(pair, await told, await counted(transaction as unknown as postgres.Sql, pair))
  }) as Promise<readonly string[]>
}
