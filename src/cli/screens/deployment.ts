/** One deployment on one screen. */
import type { ApprovalDecision, DeploymentApprovals, DeploymentDetail, Incident } from "../../client/index.ts"
import type { Canvas, Line } from "../terminal/paint.ts"
import { styled } from "../terminal/paint.ts"
import { wrap } from "../terminal/text.ts"
import { gateTable } from "./gates.ts"
import { ringTable } from "./ring-progress.ts"
import { type Standing, standingOf } from "./standing.ts"
import { count, moment, shortId, since, state } from "./words.ts"

const margin = "  "

/** Everything that one asks about a deployment at night; why it stopped comes first. */
export function deploymentScreen(
  of: DeploymentDetail,
  approvals: DeploymentApprovals | undefined,
  canvas: Canvas,
): readonly Line[] {
  const at = standingOf(of, approvals, canvas.now)
  return [
    ...heading(of, canvas),
    ...section(at.question, prose(at.answer, canvas)),
    [],
    ...ringTable(of, canvas),
    ...(of.gates.length > 0 ? [[], ...gateTable(of.gates, canvas)] : []),
    ...section("Approvals", decisionLines(approvals, canvas)),
    ...section(
      "Incidents",
      of.incidents.flatMap((incident) => incidentLines(incident, canvas)),
    ),
    ...section("Where to look", links(of)),
    ...section("What you can do", commandLines(of.id, at)),
  ]
}

/** What it is, and in which state. */
export function heading(of: DeploymentDetail, { now }: Canvas): readonly Line[] {
  const what = `${of.app_name} ${of.version} to ${of.target_ring} through ${of.connector_type}`
  const held = of.held_at === null ? [] : [state("held"), " "]
  const submitted = `submitted by ${of.submitter} ${since(of.created_at, now)} ago, risk ${of.risk_score}${of.demo ? ", demo data" : ""}`
  return [[...held, state(of.status), "  ", styled("bold", what)], [styled("dim", `${of.id}, ${submitted}`)]]
}

/** Nothing where there is nothing to say. */
function section(title: string, lines: readonly Line[]): readonly Line[] {
  return lines.length === 0 ? [] : [[], [styled("bold", title)], ...lines]
}

/** A text in as many lines as it needs. */
export function prose(text: string, { width }: Canvas): readonly Line[] {
  return wrap(text, width - margin.length).map((line) => [margin, line])
}

function decisionLines(approvals: DeploymentApprovals | undefined, canvas: Canvas): readonly Line[] {
  if (approvals === undefined || approvals.required === 0) return []
  const control = approvals.control_required ? ", one with a compensating control" : ""
  const needed = `${approvals.approvals} of ${count(approvals.required, "approval")}${control}.`
  return [[margin, needed], ...approvals.decisions.flatMap((decision) => decided(decision, canvas))]
}

function decided(made: ApprovalDecision, canvas: Canvas): readonly Line[] {
  const conditions = made.conditions.map((text) => `Condition: ${text}`)
  const controls = made.controls.map(
    ({ text, owner, expires_at }) => `Control: ${text} (${owner}, until ${moment(expires_at)})`,
  )
  const said = [`“${made.rationale}”`, ...conditions, ...controls]
  return [
    [margin, state(made.decision), ` by ${made.approver}, ${moment(made.at)}`],
    ...said.flatMap((text) =>
      prose(text, { ...canvas, width: canvas.width - margin.length }).map((line) => [margin, ...line]),
    ),
  ]
}

function incidentLines({ ring, summary, reference, reported_by, at }: Incident, canvas: Canvas): readonly Line[] {
  const number = reference === null ? "" : ` ${reference}`
  return prose(`${ring}${number}: ${summary} (${reported_by}, ${moment(at)})`, canvas)
}

/** Addresses are never cut: they are there to be copied. */
function links({ links: to }: DeploymentDetail): readonly Line[] {
  const trace: readonly Line[] = to.trace === null ? [] : [[margin, "Jaeger   ", to.trace]]
  return [[margin, "API      ", to.self], ...trace, [margin, "Grafana  ", to.dashboard]]
}

const meanings: Readonly<Record<string, string>> = {
  approve: "lets it go, once it has all that it needs",
  reject: "ends it here",
  cancel: "ends it before its first ring",
  hold: "keeps it where it is",
  resume: "lets it go on from here, to be judged anew",
  promote: "sends it on, in spite of its gate",
  rollback: "takes it back, ring by ring",
}

function commandLines(id: string, { commands, question }: Standing): readonly Line[] {
  const longest = Math.max(...commands.map(({ length }) => length))
  return commands.map((command) => {
    const meaning =
      command === "promote" && question === "What it waits for" ? "sends it on" : (meanings[command] ?? "")
    return [margin, `eucora ${command.padEnd(longest)} ${shortId(id)} -m "why"`, styled("dim", `  ${meaning}`)]
  })
}
