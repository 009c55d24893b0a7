/** A condition of a query: the field, how it is compared, and with what. */
export interface Condition {
  readonly field: string
  readonly operator: "eq" | "startswith"
  readonly value: string | number | boolean
}

/** An entity as the filters see it. */
export type Row = Readonly<Record<string, unknown>>

const odataCondition =
  /^(?:(\w+) eq (?:'((?:[^']|'')*)'|(\d+)|(true|false))|startswith\((\w+),'((?:[^']|'')*)'\))(?: and |$)/

/**
 * The part of OData's $filter that the real services are asked for: `eq`, `startswith`, joined by `and`. Throws an Error
 * for anything else.
 */
export function parseOData(filter: string): readonly Condition[] {
  const conditions: Condition[] = []
  for (let rest = filter.trim(); rest !== ""; ) {
    const match = odataCondition.exec(rest)
    if (match === null) throw new Error(`not understood: ${rest}`)
    const [whole, field, text, number, flag, prefixField, prefix] = match
    if (prefixField !== undefined)
      conditions.push({ field: prefixField, operator: "startswith", value: unquote(prefix ?? "") })
    else if (field !== undefined) {
      const value = text === undefined ? (number === undefined ? flag === "true" : Number(number)) : unquote(text)
      conditions.push({ field, operator: "eq", value })
    }
    rest = rest.slice(whole.length)
  }
  return conditions
}

const unquote = (text: string) => text.replaceAll("''", "'")

/** RSQL as Jamf takes it here: one `field=="value"`. Throws an Error for anything else. */
export function parseRsql(filter: string): Condition {
  const match = /^(\w+)==(?:"((?:[^"\\]|\\.)*)"|([^"\s]+))$/.exec(filter)
  const [, field, quoted, bare] = match ?? []
  if (field === undefined) throw new Error(`not understood: ${filter}`)
  return { field, operator: "eq", value: quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "" }
}

/** Throws an Error for a field that the entity does not have. */
export function matches(row: Row, conditions: readonly Condition[]): boolean {
  return conditions.every(({ field, operator, value }) => {
    if (!(field in row)) throw new Error(`no property ${field}`)
    const actual = row[field]
    return operator === "eq" ? actual === value : typeof actual === "string" && actual.startsWith(String(value))
  })
}

/** What a filter asks a field to be equal to. */
export const asked = (conditions: readonly Condition[], field: string) =>
  conditions.find((condition) => condition.operator === "eq" && condition.field === field)?.value
