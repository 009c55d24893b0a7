import type postgres from "postgres"

/** Marks a label whose values are kept few elsewhere, such as `app_name` at the application's registration. */
export const bounded = "bounded"

/** Each attribute's name with the values it may take. */
export type AttributeSpec = Readonly<Record<string, readonly string[] | typeof bounded>>

/** What has to be passed for each attribute of a specification. */
export type AttributesOf<A extends AttributeSpec> = {
  readonly [Name in keyof A]: A[Name] extends readonly (infer Value)[] ? Value : string
}

interface Definition<A extends AttributeSpec> {
  /** In OpenTelemetry's form: dots between words, no unit, no `total`. */
  readonly name: string
  /** UCUM: `s`, `{deployment}`; empty for states and rates. */
  readonly unit: string
  readonly description: string
  readonly attributes: A
  /** Every series that there can be, where that is not every combination of values or where a label is bounded. */
  readonly known?: readonly Readonly<Record<string, string>>[]
}

/** One fact: written to the inbox in the transaction that makes it true. */
export interface MetricPoint {
  readonly instrument: string
  /** JSON text, keys sorted: the series' identity. */
  readonly attributes: string
  readonly value: number
}

export interface Counter<A extends AttributeSpec = AttributeSpec> extends Definition<A> {
  readonly kind: "counter"
  /** Throws on NaN, Infinity, a negative number, and attributes other than the declared ones. */
  add(increment: number, attributes: AttributesOf<A>): MetricPoint
}

export interface Histogram<A extends AttributeSpec = AttributeSpec> extends Definition<A> {
  readonly kind: "histogram"
  /** Upper bounds of the buckets, each inclusive, ascending; a last bucket holds what is beyond them. */
  readonly boundaries: readonly number[]
  /** Throws on NaN, Infinity, and attributes other than the declared ones. */
  record(value: number, attributes: AttributesOf<A>): MetricPoint
}

/** What is kept in `metric_points`. */
export type DurableInstrument = Counter | Histogram

export interface Observation {
  readonly attributes: Readonly<Record<string, string>>
  readonly value: number
}

/** A gauge that is read from shared state by the elected process. */
export interface Observed<A extends AttributeSpec = AttributeSpec> extends Definition<A> {
  readonly kind: "observed"
  /** Every living series, zeros included; one that is left out has ended. Run on the fold's connection, so keep it short. */
  read(sql: postgres.Sql): Promise<readonly Observation[]>
}

export function counter<const A extends AttributeSpec>(definition: Definition<A>): Counter<A> {
  return {
    ...definition,
    kind: "counter",
    add: (increment, attributes) => {
      if (increment < 0) throw new RangeError(`${definition.name}: a counter cannot take ${increment}`)
      return point(definition, increment, attributes)
    },
  }
}

export function histogram<const A extends AttributeSpec>(
  definition: Definition<A> & Pick<Histogram, "boundaries">,
): Histogram<A> {
  const { name, boundaries } = definition
  const ascending = boundaries.every((bound, i) => Number.isFinite(bound) && bound > (boundaries[i - 1] ?? -Infinity))
  if (boundaries.length === 0 || !ascending) throw new RangeError(`${name}: boundaries must be finite and ascend`)
  return { ...definition, kind: "histogram", record: (value, attributes) => point(definition, value, attributes) }
}

export function observed<const A extends AttributeSpec>(
  definition: Definition<A> & Pick<Observed, "read">,
): Observed<A> {
  return { ...definition, kind: "observed" }
}

function point<A extends AttributeSpec>(
  definition: Definition<A>,
  value: number,
  attributes: AttributesOf<A>,
): MetricPoint {
  mustBeFinite(definition, value)
  return { instrument: definition.name, attributes: attributesText(definition, attributes), value }
}

/** NaN would poison a sum for good. Throws RangeError; also on what is no number at all, such as a bigint read as text. */
export function mustBeFinite(definition: Pick<Definition<AttributeSpec>, "name">, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`${definition.name}: not a finite number: ${value}`)
}

/** The identity of a series. Throws TypeError on a missing or unknown attribute and on a value that is not allowed. */
export function attributesText(
  definition: Pick<Definition<AttributeSpec>, "name" | "attributes">,
  attributes: Readonly<Record<string, unknown>>,
): string {
  const names = Object.keys(definition.attributes).sort()
  for (const name of Object.keys(attributes))
    if (!names.includes(name)) throw new TypeError(`${definition.name}: unknown attribute ${name}`)
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, allowed(definition, name, attributes[name])])))
}

function allowed(
  definition: Pick<Definition<AttributeSpec>, "name" | "attributes">,
  name: string,
  value: unknown,
): string {
  const values = definition.attributes[name]
  if (typeof value === "string" && (values === bounded || values?.includes(value))) return value
  throw new TypeError(`${definition.name}: ${name} cannot be ${String(value)}`)
}

/**
 * Every series that an instrument can have: those it names, or else every combination of values; none as soon as one
 * attribute is `bounded`. These begin at zero; the others begin with their first point, whose time is their start.
 */
export function knownSeries(
  definition: Pick<Definition<AttributeSpec>, "name" | "attributes" | "known">,
): readonly string[] {
  if (definition.known !== undefined)
    return definition.known.map((attributes) => attributesText(definition, attributes))
  let combinations: Record<string, string>[] = [{}]
  for (const [name, values] of Object.entries(definition.attributes)) {
    if (values === bounded) return []
    combinations = combinations.flatMap((known) => values.map((value) => ({ ...known, [name]: value })))
  }
  return combinations.map((attributes) => attributesText(definition, attributes))
}

/** The three columns of one inbox row. */
export interface InboxColumns {
  readonly instruments: string[]
  readonly attributes: string[]
  readonly vals: number[]
}

/** All points of one transition as the inbox row that rides on its event. Without points there is no row to write. */
export function inboxColumns(points: readonly MetricPoint[]): InboxColumns {
  return {
    instruments: points.map((each) => each.instrument),
    attributes: points.map((each) => each.attributes),
    vals: points.map((each) => each.value),
  }
}
