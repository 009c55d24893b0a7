import { html } from "hono/html"
import type { CircuitBreaker } from "../../breaker/types.ts"
import { addressOf, may } from "../access.ts"
import { emptyForm } from "../form.ts"
import { field } from "../parts/field.ts"
import { type Html, nothing } from "../parts/html.ts"
import { problemBox } from "../parts/problem.ts"
import { type BreakerAction, breakerActions, type Connectors } from "./view.ts"

const looks: Readonly<Record<BreakerAction, Readonly<Record<"label" | "does" | "done" | "tone", string>>>> = {
  isolate: {
    label: "Isolate",
    does: "No call is let through before a reset. Deployments wait, and then go on where they stopped.",
    done: "The back end is isolated.",
    tone: "danger",
  },
  reset: {
    label: "Reset",
    does: "Calls are let through again, a few in the first second.",
    done: "The breaker is reset.",
    tone: "primary",
  },
}

export function breakerDone(did: string | undefined): string | undefined {
  const action = breakerActions.find((id) => id === did)
  return action && looks[action].done
}

/** What a breaker's state allows; an isolated one is not isolated again, and a closed one has nothing to reset. */
const possible = (action: BreakerAction, { state, failures }: CircuitBreaker) =>
  action === "isolate" ? state !== "ISOLATED" : state !== "CLOSED" || failures > 0

/** Buttons for operators, each with the form that asks why. */
export function breakerForms(breaker: CircuitBreaker, of: Connectors): Html {
  const shown = breakerActions.filter((action) => may(of.principal, action) && isShown(action, breaker, of))
  if (shown.length === 0) return nothing
  return html`<div class="actions">${shown.map((action) => form(action, breaker, of))}</div>`
}

const attemptOn = (action: BreakerAction, { service }: CircuitBreaker, { attempt }: Connectors) =>
  attempt?.action === action && attempt.service === service ? attempt : undefined

const isShown = (action: BreakerAction, breaker: CircuitBreaker, of: Connectors) =>
  possible(action, breaker) || attemptOn(action, breaker, of) !== undefined

function form(action: BreakerAction, breaker: CircuitBreaker, of: Connectors): Html {
  const { service } = breaker
  const { label, does, tone } = looks[action]
  const attempt = attemptOn(action, breaker, of)
  const faults = new Map(attempt?.problem.fields?.map(({ field: name, message }) => [name, message]))
  const filled = { form: attempt?.form ?? emptyForm, faults, prefix: `${action}-${service}` }
  return html`<details class="action ${tone}" id="${action}-${service}" name="breaker"${attempt ? html` open` : nothing}>
<summary>${label}<span class="unseen"> ${service}</span></summary>
<form method="post" action="${addressOf(action, { service })}" class="card">
${problemBox(attempt?.problem, of.correlationId)}
<p>${does}</p>
${field({ kind: "text", name: "reason", label: "Reason", longest: 500, required: true, hint: "For whoever reads the events later" }, filled)}
<button class="${tone}">${label}</button>
</form>
</details>`
}
