import type { QueryType } from "./instruments.ts"

/** What a statement does, without its values. */
export interface QuerySummary {
  /** The label of metrics. */
  readonly type: QueryType
  /** First word of the statement, upper case: SELECT, INSERT, NOTIFY … */
  readonly operation: string
  /** The first table or function it works on, where one can be told. */
  readonly collection: string | undefined
  /** `INSERT deployments`: the span's name. https://opentelemetry.io/docs/specs/semconv/database/database-spans/#name */
  readonly text: string
}

const types: ReadonlyMap<string, QueryType> = new Map([
  ["SELECT", "select"],
  ["INSERT", "insert"],
  ["UPDATE", "update"],
  ["DELETE", "delete"],
])

/** Statements are few and repeat; texts with lists of varying length must not fill the memory. */
const maxRemembered = 1_000
const remembered = new Map<string, QuerySummary>()

/** Summarises a statement. What begins with WITH is summarised by the statement that the common tables serve. */
export function summarizeSql(sql: string): QuerySummary {
  const known = remembered.get(sql)
  if (known !== undefined) return known
  if (remembered.size >= maxRemembered) remembered.clear()
  const summary = summarize(sql)
  remembered.set(sql, summary)
  return summary
}

function summarize(sql: string): QuerySummary {
  const outer = withoutNested(sql)
  const operation = mainVerb(outer)
  const collection = target(outer, operation)
  return {
    type: types.get(operation) ?? "other",
    operation,
    collection,
    text: collection === undefined ? operation : `${operation} ${collection}`,
  }
}

/** The statement without comments, literals and everything in parentheses, which may hold other statements. */
function withoutNested(sql: string): string {
  let text = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ").replace(/'(?:[^']|'')*'/g, "?")
  for (let before = ""; before !== text; ) {
    before = text
    text = text.replace(/\([^()]*\)/g, "\u0000")
  }
  return text.trim()
}

function mainVerb(outer: string): string {
  const first = /^[a-z]+/i.exec(outer)?.[0].toUpperCase() ?? "QUERY"
  if (first !== "WITH") return first
  return /\b(select|insert|update|delete|merge)\b/i.exec(outer)?.[0].toUpperCase() ?? first
}

const name = String.raw`(?:only\s+)?(?:"?\w+"?\.)?"?(\w+)"?`
const targets: Readonly<Record<string, RegExp>> = {
  SELECT: new RegExp(String.raw`\bfrom\s+${name}`, "i"),
  INSERT: new RegExp(String.raw`\binto\s+${name}`, "i"),
  UPDATE: new RegExp(String.raw`\bupdate\s+${name}`, "i"),
  DELETE: new RegExp(String.raw`\bfrom\s+${name}`, "i"),
}
/** `SELECT append_events(…)`: a function is what it works on. */
const call = new RegExp(String.raw`^select\s+${name}\s*\u0000`, "i")

function target(outer: string, operation: string): string | undefined {
  const table = targets[operation]?.exec(outer)?.[1]
  return table ?? call.exec(outer)?.[1]
}
