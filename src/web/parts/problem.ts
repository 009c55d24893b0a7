import { html } from "hono/html"
import { type Problem, translations } from "../../api/problem.ts"
import { type Html, nothing } from "./html.ts"
import { icon } from "./icon.ts"

/** What went wrong, in words, with what to quote when asking about it. */
export function problemBox(problem: Problem | undefined, correlationId: string): Html {
  if (problem === undefined) return nothing
  const fields = problem.fields?.map(
    ({ field, message }) => html`<li><span class="field-name">${field.replaceAll(/[._]/g, " ")}</span> ${message}</li>`,
  )
  return html`<div class="problem" role="alert">
${icon("alert")}
<div>
<p class="problem-title">${translations[problem.kind].title}</p>
<p>${problem.detail}</p>
${fields?.length ? html`<ul>${fields}</ul>` : nothing}
<p class="muted">Correlation id <code>${correlationId}</code></p>
</div>
</div>`
}

/** That something was done. */
export function noteBox(text: string | undefined): Html {
  return text === undefined ? nothing : html`<p class="note" role="status">${icon("check")}${text}</p>`
}
