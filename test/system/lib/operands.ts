import { parser } from "@prometheus-io/lezer-promql"

type Node = ReturnType<typeof parser.parse>["topNode"]

const comparisons = ["Gtr", "Lss", "Gte", "Lte", "Eql", "Neq"]
const sets = ["And", "Or", "Unless"]

/** What `and`, `or`, `unless`, comparisons and `absent` are said of: what has to be there for a condition to be able to be met. */
export function operands(text: string): readonly string[] {
  return below(parser.parse(text).topNode)

  function below(node: Node): readonly string[] {
    if (node.name === "PromQL" || node.name === "ParenExpr") return node.firstChild ? below(sole(node)) : []
    if (node.name === "NumberDurationLiteral") return []
    if (node.name === "FunctionCall" && node.firstChild?.firstChild?.name === "Absent")
      return below(sole(node.lastChild ?? node))
    const operator = [...sets, ...comparisons].find((name) => node.name === "BinaryExpr" && node.getChild(name))
    if (operator === undefined) return [text.slice(node.from, node.to)]
    return [node.firstChild, node.lastChild].flatMap((side) => (side ? below(side) : []))
  }
}

/** The expression in brackets. */
function sole(node: Node): Node {
  return node.firstChild ?? node
}
