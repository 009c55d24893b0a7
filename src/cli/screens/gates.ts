import type { GateEvaluation } from "../../client/index.ts"
import type { Canvas, Line } from "../terminal/paint.ts"
import { styled } from "../terminal/paint.ts"
import { type Column, table } from "../terminal/table.ts"
import { nothing, percent, state, timeOfDay } from "./words.ts"

/** More than that is history, and the API has it. */
const most = 8

/** What the gates said, oldest first, each with what was found, what was wanted and on how many devices that rests. */
export function gateTable(gates: readonly GateEvaluation[], { width }: Canvas): readonly Line[] {
  const left = gates.length - most
  const earlier: readonly Line[] = left > 0 ? [[styled("dim", `… and ${left} earlier ones: --json shows all`)]] : []
  return [...table(columns, gates.slice(-most), width), ...earlier]
}

const columns: readonly Column<GateEvaluation>[] = [
  { header: "GATE", cell: ({ ring }) => ring },
  { header: "VERDICT", cell: ({ verdict }) => state(verdict) },
  { header: "FOUND", align: "right", cell: ({ value, source }) => figure(value, source) },
  { header: "WANTED", align: "right", cell: wanted },
  { header: "SAMPLE", align: "right", cell: ({ sample }) => String(sample) },
  { header: "AT", drop: 2, cell: ({ at }) => timeOfDay(at) },
  { header: "WHY", drop: 1, least: 24, cell: ({ explanation }) => explanation },
]

function figure(value: number | null, source: GateEvaluation["source"]): string {
  if (value === null) return nothing
  return source === "devices" ? percent(value) : String(Number(value.toPrecision(6)))
}

/** Which way round a policy's query is compared, its explanation says. */
function wanted({ threshold, source, reason }: GateEvaluation): string {
  if (threshold === null) return nothing
  const limit = figure(threshold, source)
  if (reason === "failure_limit" || reason === "incidents") return `≤ ${limit}`
  return source === "devices" ? `≥ ${limit}` : limit
}
