import { html } from "hono/html"
import type { Problem } from "../../api/problem.ts"
import { approvalTier } from "../../approvals/tiers.ts"
import { connectorTypes } from "../../connectors/types.ts"
import { rings } from "../../rings/rings.ts"
import type { Assessment } from "../../risk/score.ts"
import { addressOf } from "../access.ts"
import type { Form } from "../form.ts"
import { type AnyField, type Filled, field, plain } from "../parts/field.ts"
import { counted, type Html, nothing } from "../parts/html.ts"
import { problemBox } from "../parts/problem.ts"
import { riskTable } from "../parts/risk.ts"
import { type EvidencePart, evidenceParts } from "./evidence-fields.ts"

interface NewDeploymentPage {
  readonly form: Form
  readonly key: string
  readonly assessment?: Assessment
  readonly problem?: Problem
  readonly correlationId: string
}

const what: readonly AnyField[] = [
  { kind: "text", name: "app_name", label: "Application", longest: 128, required: true },
  { kind: "text", name: "version", label: "Version", longest: 64, required: true, hint: "Such as 8.7.1" },
  { kind: "choice", name: "target_ring", label: "Target ring", choices: plain(rings), required: true },
  { kind: "choice", name: "connector_type", label: "Back end", choices: plain(connectorTypes), required: true },
]

const when: readonly AnyField[] = [
  { kind: "datetime-local", name: "not_before", label: "Not before (UTC)", hint: "Nothing starts before it" },
  {
    kind: "choice",
    name: "urgent",
    label: "Urgent",
    choices: [["true", "Yes: approvers have 24 hours instead of 48"]],
    none: "No",
  },
]

/** The form, with what was typed into it, what is wrong with it, and how it would be scored. */
export function newDeploymentPage(of: NewDeploymentPage): Html {
  const faults = new Map(of.problem?.fields?.map(({ field: name, message }) => [name, message]))
  const filled = { form: of.form, faults }
  return html`<h1>New deployment</h1>
${problemBox(of.problem, of.correlationId)}
${of.assessment ? assessed(of.assessment) : nothing}
<form method="post" action="${addressOf("createDeployment")}" class="sheet">
<input type="hidden" name="key" value="${of.key}">
<fieldset class="card"><legend>What goes out</legend><div class="grid">${what.map((one) => field(one, filled))}</div></fieldset>
<fieldset class="card"><legend>When</legend><div class="grid">${when.map((one) => field(one, filled))}</div></fieldset>
<h2>Evidence</h2>
<p class="muted">All of it is optional. What is not said counts as the worst it could be, and raises the score.</p>
${evidenceParts.map((part) => evidence(part, filled))}
<div class="buttons stick">
<button class="primary">Submit</button>
<button formaction="${addressOf("assessDeployment")}">Assess the risk first</button>
</div>
</form>`
}

/** Open where something was typed or is wrong, so that nothing of it hides. */
function evidence({ name, label, fields }: EvidencePart, filled: Filled): Html {
  const said = fields.filter(({ field: { name: own } }) => filled.form.get(own)?.trim()).length
  const wrong = fields.some(({ field: { name: own } }) => filled.faults?.has(own))
  const open = said > 0 || wrong ? html` open` : nothing
  return html`<details class="card" id="evidence-${name}"${open}>
<summary>${label} <span class="muted">${said === 0 ? "nothing said" : `${said} of ${fields.length} said`}</span></summary>
<div class="grid">${fields.map((one) => field(one.field, filled))}</div>
</details>`
}

function assessed(assessment: Assessment): Html {
  const { approvals, controlRequired } = approvalTier(assessment)
  const people =
    approvals === 0
      ? "It would be approved by its score."
      : `${counted(approvals, "person").replace("persons", "people")} would have to approve it.`
  const control = controlRequired ? " One of them has to name a compensating control." : ""
  return html`<section class="card" id="assessment" aria-labelledby="assessment-title">
<h2 id="assessment-title">It would score ${assessment.score}</h2>
<p>${people}${control} Nothing was submitted yet.</p>
${riskTable(assessment)}
</section>`
}
