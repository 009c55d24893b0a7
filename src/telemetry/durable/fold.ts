import type postgres from "postgres"
import { type DurableInstrument, knownSeries } from "./definition.ts"

/** A stored series. */
export interface SeriesTotals {
  readonly instrument: string
  readonly attributes: string
  /** Microseconds since 1970, of the database: the time of its first point. */
  readonly startMicros: number
  readonly count: number
  readonly sum: number
  /** Null for counters. */
  readonly buckets: number[] | null
}

export interface Fold {
  /** Microseconds since 1970, of the database: everything committed before is in. */
  readonly atMicros: number
  /** Inbox rows taken. */
  readonly taken: number
  /** The series that points were added to, with their new totals. */
  readonly touched: readonly SeriesTotals[]
}

export interface FoldOptions {
  /** Service instance: `durable`. */
  readonly instance: string
  readonly instruments: readonly DurableInstrument[]
  /** Names of instruments that have as many series as they may: points of further ones go to one overflow series. */
  readonly full: ReadonlySet<string>
  /** Inbox rows to take at most, so that a backlog is folded in several short statements. */
  readonly limit: number
}

/** The series of what is beyond the bound. https://opentelemetry.io/docs/specs/otel/metrics/sdk/#overflow-attribute */
export const overflow = JSON.stringify({ "otel.metric.overflow": "true" })

/**
 * Moves inbox rows into the totals, in one statement: it applies exactly once or not at all, whoever else folds.
 *
 * - OpenTelemetry's buckets include their upper bound, `width_bucket` the lower one: both sides are compared negated.
 * - A value is added as the decimal that it prints as, so the sum is exact and does not depend on the order.
 * - A point of an instrument that this version does not know is put back, in a row of its own, for a version that does:
 *   the known points beside it need not wait, and neither blocks the other.
 * - Attributes stay text: a cast that fails would block the fold for ever. A series that is no JSON object is kept, not given.
 * - Series are written in one order, so that two folds at once wait for one another and never deadlock.
 */
export async function fold(sql: postgres.Sql, options: FoldOptions): Promise<Fold> {
  const rows = await sql<(Omit<Fold, "touched"> & (SeriesTotals | { readonly instrument: null }))[]>`
    WITH definitions AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${sql.json(foldDefinitions(options))})
        AS definition(instrument text, negated float8[], is_full boolean)
    ), taken AS (
      DELETE FROM metric_inbox WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM metric_inbox
        WHERE instance = ${options.instance} AND instruments && ARRAY(SELECT instrument FROM definitions)
        LIMIT ${options.limit}))
      RETURNING instruments, attributes, vals, at
    ), points AS MATERIALIZED (
      SELECT point.*, taken.at
      FROM taken, unnest(taken.instruments, taken.attributes, taken.vals) AS point(instrument, attributes, val)
    ), put_back AS (
      INSERT INTO metric_inbox (instance, instruments, attributes, vals, at)
      SELECT ${options.instance}, ARRAY[instrument], ARRAY[attributes], ARRAY[val], at FROM points
      WHERE instrument NOT IN (SELECT instrument FROM definitions)
    ), bucketed AS (
      SELECT instrument, at, val, negated, cardinality(negated) - width_bucket(-val, negated) AS bucket,
        ${seriesOrOverflow(sql, options)} AS attributes
      FROM points JOIN definitions USING (instrument)
    ), series AS (
      SELECT instrument, attributes, negated, min(at) AS start_at, count(*) AS count,
        sum(val::text::numeric) AS sum, array_agg(bucket) AS hits
      FROM bucketed GROUP BY instrument, attributes, negated
    ), totals AS (
      INSERT INTO metric_points AS total (instance, instrument, attributes, start_at, count, sum, buckets)
      SELECT ${options.instance}, instrument, attributes, start_at, count, sum,
        CASE WHEN negated IS NOT NULL THEN ARRAY(
          SELECT count(hit) FROM generate_series(0, cardinality(negated)) AS bucket
          LEFT JOIN unnest(hits) AS hit ON hit = bucket GROUP BY bucket ORDER BY bucket) END
      FROM series ORDER BY instrument, attributes
      ON CONFLICT (instance, instrument, attributes) DO UPDATE SET
        count = total.count + excluded.count,
        sum = total.sum + excluded.sum,
        buckets = (
          SELECT array_agg(stored + added ORDER BY position)
          FROM unnest(total.buckets, excluded.buckets) WITH ORDINALITY AS bucket(stored, added, position))
      RETURNING ${totals(sql)}
    ), moment AS MATERIALIZED (
      SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::float8 AS "atMicros",
        (SELECT count(*) FROM taken)::float8 AS taken
    )
    SELECT * FROM moment LEFT JOIN totals ON attributes IS JSON OBJECT`
  const { atMicros = 0, taken = 0 } = rows[0] ?? {}
  return { atMicros, taken, touched: rows.filter((row) => row.instrument !== null) }
}

function foldDefinitions({ instruments, full }: FoldOptions) {
  return instruments.map((instrument) => ({
    instrument: instrument.name,
    negated: instrument.kind === "histogram" ? instrument.boundaries.map((bound) => -bound).reverse() : null,
    is_full: full.has(instrument.name),
  }))
}

function seriesOrOverflow(sql: postgres.Sql, { instance }: FoldOptions): postgres.Fragment {
  return sql`CASE WHEN is_full AND NOT EXISTS (
      SELECT FROM metric_points AS known WHERE known.instance = ${instance}
        AND known.instrument = points.instrument AND known.attributes = points.attributes
    ) THEN ${overflow} ELSE points.attributes END`
}

/** The columns of a stored series. Microseconds and counts fit into a double exactly. */
function totals(sql: postgres.Sql): postgres.Fragment {
  return sql`instrument, attributes, (extract(epoch FROM start_at) * 1000000)::float8 AS "startMicros",
    count::float8 AS count, sum::float8 AS sum, buckets::float8[] AS buckets`
}

/** Rows that are handed on at a time, so that reading many thousands never holds up what else the process does. */
const readSlice = 1_000

/**
 * Makes the stored series fit this version's definitions, then reads them all; done once by whoever is elected.
 *
 * - Known series that were never stored begin now, at zero, so that their start is the same after every hand-over.
 * - Boundaries are part of a series' meaning: whoever changes them migrates the stored buckets. Where their number differs
 *   nonetheless, what was counted before moves to the last bucket: count and sum stay exact and nothing is blocked.
 */
export async function* readPoints(
  sql: postgres.Sql,
  options: Pick<FoldOptions, "instance" | "instruments">,
): AsyncGenerator<readonly SeriesTotals[]> {
  const definitions = options.instruments.map((instrument) => ({
    instrument: instrument.name,
    boundaries: instrument.kind === "histogram" ? instrument.boundaries.length : null,
    known: knownSeries(instrument),
  }))
  await sql`
    WITH definitions AS (
      SELECT * FROM jsonb_to_recordset(${sql.json(definitions)}) AS definition(instrument text, boundaries int, known text[])
    ), refitted AS (
      UPDATE metric_points AS total SET buckets = array_fill(0::bigint, ARRAY[boundaries]) || total.count
      FROM definitions WHERE total.instance = ${options.instance} AND total.instrument = definitions.instrument
        AND boundaries IS NOT NULL AND cardinality(total.buckets) IS DISTINCT FROM boundaries + 1
    )
    INSERT INTO metric_points (instance, instrument, attributes, start_at, count, sum, buckets)
    SELECT ${options.instance}, instrument, attributes, clock_timestamp(), 0, 0,
      CASE WHEN boundaries IS NOT NULL THEN array_fill(0::bigint, ARRAY[boundaries + 1]) END
    FROM definitions, unnest(known) AS attributes
    ON CONFLICT DO NOTHING`
  yield* sql<SeriesTotals[]>`
    SELECT ${totals(sql)} FROM metric_points
    WHERE instance = ${options.instance} AND instrument = ANY (${options.instruments.map((each) => each.name)})
      AND attributes IS JSON OBJECT
  `.cursor(readSlice)
}
