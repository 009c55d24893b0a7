import { html } from "hono/html"
import { addressOf } from "../access.ts"
import { emptyForm } from "../form.ts"
import { type AnyField, field } from "../parts/field.ts"
import { type Html, nothing } from "../parts/html.ts"
import { problemBox } from "../parts/problem.ts"
import { possibleActions } from "./possible.ts"
import { type ActionId, type Attempt, actionIds, type View } from "./view.ts"

interface Look {
  readonly label: string
  readonly does: string
  readonly done: string
  readonly tone: "primary" | "danger" | "plain"
}

const looks: Readonly<Record<ActionId, Look>> = {
  approve: {
    label: "Approve",
    does: "The last approval that it needs sends it on its way.",
    done: "Your approval is written down.",
    tone: "primary",
  },
  reject: {
    label: "Reject",
    does: "One rejection ends it, also when others have approved.",
    done: "It is rejected.",
    tone: "danger",
  },
  promote: {
    label: "Promote",
    does: "Sends it on to the next ring. If its gate has not passed, the gate is overridden, and the events say so.",
    done: "It is promoted.",
    tone: "primary",
  },
  hold: {
    label: "Hold",
    does: "It enters no ring and no gate judges it. What is in a ring is measured on.",
    done: "It is held.",
    tone: "plain",
  },
  resume: { label: "Resume", does: "It goes on, and its gate judges it anew.", done: "It goes on.", tone: "primary" },
  rollback: {
    label: "Roll back",
    does: "Every ring goes back, the last one first, to the version it had before.",
    done: "The roll-back has begun.",
    tone: "danger",
  },
  cancel: {
    label: "Cancel",
    does: "It is called off before the first ring.",
    done: "It is cancelled.",
    tone: "danger",
  },
  incident: {
    label: "Report an incident",
    does: "More of them than the ring's policy allows, and its gate fails at once.",
    done: "The incident is reported.",
    tone: "plain",
  },
}

/** What a page says after an action; undefined for anything else that an address may hold. */
export function doneWords(did: string | undefined): string | undefined {
  const action = actionIds.find((id) => id === did)
  return action && looks[action].done
}

/** A button for each thing that this person may do now, and behind it the form that asks why. */
export function actionForms(view: View): Html {
  const possible = possibleActions(view)
  const { attempt } = view
  const shown = attempt === undefined || possible.includes(attempt.action) ? possible : [...possible, attempt.action]
  if (shown.length === 0) return nothing
  return html`<section class="actions" aria-labelledby="actions-title">
<h2 id="actions-title" class="unseen">What you can do</h2>
${shown.map((action) => actionForm(action, view, attempt?.action === action ? attempt : undefined))}
</section>`
}

function actionForm(action: ActionId, view: View, attempt: Attempt | undefined): Html {
  const { label, does, tone } = looks[action]
  const { id } = view.deployment
  const faults = new Map(attempt?.problem.fields?.map(({ field: name, message }) => [name, message]))
  const filled = { form: attempt?.form ?? emptyForm, faults, prefix: action }
  const fields = fieldsOf(action, view).map((one) => field(one, filled))
  return html`<details class="action ${tone}" id="action-${action}" name="action"${attempt ? html` open` : nothing}>
<summary>${label}</summary>
<form method="post" action="${addressOf(action, { id })}" class="card">
${problemBox(attempt?.problem, view.c.get("correlationId"))}
<p>${does}</p>
${fields}
${action === "promote" ? html`<input type="hidden" name="revision" value="${view.deployment.revision}">` : nothing}
<button class="${tone}">${label}</button>
</form>
</details>`
}

const reason: AnyField = {
  kind: "text",
  name: "reason",
  label: "Reason",
  longest: 500,
  required: true,
  hint: "For whoever reads the events later",
}
const rationale: AnyField = { ...reason, name: "rationale" }
const incident: readonly AnyField[] = [
  { kind: "text", name: "summary", label: "What went wrong", longest: 500, required: true },
  {
    kind: "text",
    name: "reference",
    label: "Reference",
    longest: 128,
    hint: "Your own number of it, such as INC-4711; reported again under it, it is the same incident",
  },
]

function fieldsOf(action: ActionId, { approvals }: View): readonly AnyField[] {
  if (action === "incident") return incident
  if (action === "reject") return [rationale]
  if (action !== "approve") return [reason]
  const { controlRequired } = approvals
  return [
    rationale,
    {
      kind: "lines",
      name: "conditions",
      label: "Conditions",
      hint: "One a line; with any, the approval is a conditional one",
    },
    {
      kind: "text",
      name: "controls.0.text",
      label: "Compensating control",
      longest: 500,
      hint: controlRequired
        ? "Its score asks for one, from whichever approver"
        : "What is done so that the risk can be borne",
    },
    { kind: "text", name: "controls.0.owner", label: "Who sees to the control", longest: 128 },
    {
      kind: "number",
      name: "controls.0.expires_in_days",
      label: "Days that the control holds",
      least: 1,
      most: 90,
      hint: "30 where nothing is said",
    },
  ]
}
