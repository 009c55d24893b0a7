import { parser } from "@prometheus-io/lezer-promql"

type Node = ReturnType<typeof parser.parse>["topNode"]

/** One `label="value"` of a query. */
export interface Matcher {
  readonly label: string
  readonly op: string
  readonly value: string
}

/** One `name{label="…"}` of a query. */
export interface Selector {
  readonly metric: string
  /** Names in its matchers. */
  readonly labels: readonly string[]
  readonly matchers: readonly Matcher[]
}

/** A window that a function looks at, as it is written: `rate(…[5m])`. */
export interface Window {
  readonly function: string
  readonly range: string
}

/** Grafana's durations, and ones that stand for them while the query is read. */
const variables: readonly (readonly [variable: string, duration: string])[] = [
  ["$__range_s", "3600"],
  ["$__rate_interval", "1h1m1s"],
  ["$__range", "1h1m2s"],
  ["$__interval", "1h1m3s"],
]

interface Read {
  readonly text: string
  readonly top: Node
}

/** Throws an Error that shows the place when Prometheus would refuse the query for its grammar. */
function read(query: string): Read {
  const text = variables.reduce((all, [variable, duration]) => all.replaceAll(variable, duration), query)
  const tree = parser.parse(text)
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${text.slice(0, from)}⚠${text.slice(from)}`)
    },
  })
  return { text, top: tree.topNode }
}

/** Every node of these names, the outer before the inner. */
function all(node: Node, ...names: readonly string[]): Node[] {
  const found: Node[] = []
  node.cursor().iterate((each) => {
    if (names.includes(each.name)) found.push(each.node)
  })
  return found.filter(({ from, to }) => from >= node.from && to <= node.to)
}

const textOf = ({ text }: Read, { from, to }: Node) => text.slice(from, to)
const unquoted = (text: string) => text.slice(1, -1).replaceAll("\\\\", "\\")

/** What a query selects. Grafana's variables count as durations; throws where it is no PromQL. */
export function selectors(query: string): readonly Selector[] {
  const source = read(query)
  return all(source.top, "VectorSelector").map((node) => selector(source, node))
}

function selector(source: Read, node: Node): Selector {
  const name = node.getChild("Identifier")
  const matchers = all(node, "UnquotedLabelMatcher").map((matcher) => {
    const part = (kind: string) => matcher.getChild(kind) ?? matcher
    return {
      label: textOf(source, part("LabelName")),
      op: textOf(source, part("MatchOp")),
      value: unquoted(textOf(source, part("StringLiteral"))),
    }
  })
  return { metric: name ? textOf(source, name) : "", labels: matchers.map(({ label }) => label), matchers }
}

/** The windows of the functions that look back. */
export function windows(query: string): readonly Window[] {
  const source = read(query)
  return all(source.top, "FunctionCall").flatMap((call) => {
    const range = call.getChild("FunctionCallBody")?.getChild("MatrixSelector")?.getChild("DurationExpr")
    const name = call.getChild("FunctionIdentifier")
    if (!range || !name) return []
    const written = textOf(source, range)
    const variable = variables.find(([, duration]) => duration === written)?.[0]
    return [{ function: textOf(source, name), range: variable ?? written }]
  })
}

/** Counters that are looked at as they are, and not through a function that sees their resets. */
export function bareCounters(query: string): readonly string[] {
  const source = read(query)
  return all(source.top, "VectorSelector")
    .filter(({ parent }) => parent?.name !== "MatrixSelector")
    .map((node) => selector(source, node).metric)
    .filter((metric) => /_(total|bucket|count|sum)$/.test(metric))
}

/**
 * The labels that a query's answer has, where `known` tells those of a metric's series. With `problem` it also tells of
 * every grouping by a label that is not there to be grouped by.
 */
export function resultLabels(
  query: string,
  known: (metric: string) => readonly string[],
  problem?: (text: string) => void,
) {
  const source = read(query)
  return [...new Set(labelsOf(source.top))]

  function labelsOf(node: Node): readonly string[] {
    if (node.name === "VectorSelector") return known(selector(source, node).metric)
    const below = children(node).flatMap(labelsOf)
    if (node.name === "AggregateExpr") return grouped(node, below)
    if (node.name === "FunctionCall") return called(node, below)
    return below
  }

  function grouped(node: Node, below: readonly string[]): readonly string[] {
    const operator = node.getChild("AggregateOp")
    if (operator && ["topk", "bottomk"].includes(textOf(source, operator))) return below
    const modifier = node.getChild("AggregateModifier")
    const named = modifier ? all(modifier, "LabelName").map((label) => textOf(source, label)) : []
    for (const label of named) if (!below.includes(label)) problem?.(`no label ${label} to group by`)
    return modifier?.getChild("Without") ? below.filter((label) => !named.includes(label)) : named
  }

  function called(node: Node, below: readonly string[]): readonly string[] {
    const [name, target] = [node.getChild("FunctionIdentifier"), all(node, "StringLiteral")[0]]
    if (name && target && textOf(source, name) === "label_replace") {
      const own = node.getChild("FunctionCallBody")?.getChild("StringLiteral") ?? target
      return [...below, unquoted(textOf(source, own))]
    }
    return name && textOf(source, name) === "histogram_quantile" ? below.filter((label) => label !== "le") : below
  }
}

function children(node: Node): Node[] {
  const found: Node[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child)
  return found
}
