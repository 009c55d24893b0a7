import type { AssessedFactor, RiskAssessment, RiskModel, RiskModelFactor } from "../../client/index.ts"
import type { Canvas, Line } from "../terminal/paint.ts"
import { styled } from "../terminal/paint.ts"
import { type Column, table } from "../terminal/table.ts"
import { wrap } from "../terminal/text.ts"
import { count, percent } from "./words.ts"

const spaced = (name: string) => name.replaceAll("_", " ")

/** What a score is made of, the largest part first, and what would lower it. */
export function riskScreen(assessment: RiskAssessment, canvas: Canvas): readonly Line[] {
  const factors = assessment.factors.toSorted((a, b) => b.contribution - a.contribution)
  return [
    [
      styled("bold", `Risk ${assessment.score} of 100`),
      `, model ${assessment.model_version}: ${consequence(assessment)}`,
    ],
    [],
    ...table(factorColumns, factors, canvas.width),
    ...missingLines(assessment.missing, canvas),
  ]
}

function consequence({ approvals_required, control_required }: RiskAssessment): string {
  if (approvals_required === 0) return "nobody has to approve."
  const control = control_required ? ", one of them with a compensating control" : ""
  return `needs ${count(approvals_required, "approval")}${control}.`
}

const points = (value: number) => String(Math.round(value * 10) / 10)

const factorColumns: readonly Column<AssessedFactor>[] = [
  { header: "FACTOR", cell: ({ factor }) => spaced(factor) },
  { header: "POINTS", align: "right", cell: ({ contribution }) => points(contribution) },
  { header: "OF", align: "right", cell: ({ weight }) => String(weight) },
  { header: "", drop: 1, cell: ({ contribution }) => styled("yellow", "█".repeat(Math.round(contribution / 2))) },
  {
    header: "BECAUSE",
    least: 12,
    cell: ({ input, assumed }) => (assumed ? styled("yellow", `${spaced(input)} (assumed)`) : spaced(input)),
  },
]

function missingLines(missing: readonly string[], { width }: Canvas): readonly Line[] {
  if (missing.length === 0) return []
  const text = `Evidence that is missing, so that the worst is assumed: ${missing.join(", ")}.`
  return [[], ...wrap(text, width).map((line) => [line])]
}

export function riskModelScreen({ version, factors, thresholds }: RiskModel, { width }: Canvas): readonly Line[] {
  const columns: readonly Column<RiskModelFactor>[] = [
    { header: "FACTOR", cell: ({ factor }) => spaced(factor) },
    { header: "WEIGHT", align: "right", cell: ({ weight }) => String(weight) },
    { header: "LEVELS", least: 24, cell: ({ values }) => levels(values) },
  ]
  const cab = `scores above ${thresholds.cab_above} have to be approved.`
  const history = `A history is excellent above ${percent(thresholds.excellent_above)}, good from ${percent(thresholds.good_from)}, fair from ${percent(thresholds.fair_from)}.`
  return [
    [styled("bold", `Risk model ${version}`), `: ${cab}`],
    [],
    ...table(columns, factors, width),
    [],
    ...wrap(history, width).map((line) => [line]),
  ]
}

const levels = (values: Readonly<Record<string, number>>) =>
  Object.entries(values)
    .toSorted(([, a], [, b]) => a - b)
    .map(([name, value]) => `${spaced(name)} ${value}`)
    .join(", ")
