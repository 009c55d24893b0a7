import { parser } from "@prometheus-io/lezer-promql"

type Node = ReturnType<typeof parser.parse>["topNode"]

const operators = ["And", "Or", "Unless", "Gtr", "Lss", "Gte", "Lte", "Eql", "Neq"]

const isAbsent = ({ name, firstChild }: Node) => name === "FunctionCall" && firstChild?.firstChild?.name === "Absent"
const isCondition = (node: Node) =>
  isAbsent(node) || (node.name === "BinaryExpr" && operators.some((name) => node.getChild(name)))

/** What has to be there for the query to have an answer at times: what a comparison, `and`, `or`, `unless` or `absent` is said of, wherever. */
export function operands(query: string): readonly string[] {
  const found: string[] = []
  parser.parse(query).iterate({
    enter: ({ node }) => {
      if (isCondition(node)) found.push(...sides(node).map(({ from, to }) => query.slice(from, to)))
    },
  })
  return [...new Set(found)]
}

/** Those that are no conditions of their own, and no numbers. */
function sides(condition: Node): readonly Node[] {
  const both = isAbsent(condition) ? [condition.lastChild] : [condition.firstChild, condition.lastChild]
  return both
    .map((side) => side && withoutBrackets(side))
    .filter((side) => side !== null)
    .filter((side) => !isCondition(side) && side.name !== "NumberDurationLiteral")
}

function withoutBrackets(node: Node): Node {
  const bracketed = ["ParenExpr", "FunctionCallBody"].includes(node.name)
  return bracketed && node.firstChild ? withoutBrackets(node.firstChild) : node
}
