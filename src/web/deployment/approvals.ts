import { html } from "hono/html"
import type { Decision } from "../../approvals/types.ts"
import { counted, type Html, nothing } from "../parts/html.ts"
import { badge } from "../parts/status.ts"
import { ago } from "../parts/time.ts"
import type { View } from "./view.ts"

/** Who decided what; left out where nobody has to. */
export function approvalsSection({ approvals, nowMs }: View): Html {
  const { required, controlRequired, decisions } = approvals
  if (required === 0) return nothing
  return html`<section class="card" aria-labelledby="approvals-title">
<h2 id="approvals-title">Approvals</h2>
<p>${approvals.approvals} of ${counted(required, "approval")} given.${controlRequired ? " One of them has to name a compensating control." : ""}</p>
${decisions.length === 0 ? html`<p class="muted">Nobody has decided yet.</p>` : html`<ol class="decisions">${decisions.map((made) => decision(made, nowMs))}</ol>`}
</section>`
}

const looks = {
  approved: ["good", "check", "Approved"],
  conditional: ["good", "check", "Approved with conditions"],
  rejected: ["bad", "cross", "Rejected"],
} as const

function decision(made: Decision, nowMs: number): Html {
  const conditions = made.conditions.map((one) => html`<li>${one}</li>`)
  const controls = made.controls.map(
    ({ text, owner, expiresInDays }) =>
      html`<li>${text} <span class="muted">(${owner}, ${counted(expiresInDays, "day")})</span></li>`,
  )
  return html`<li><p>${badge(looks[made.decision])} by <strong>${made.approver}</strong> ${ago(made.at, nowMs)}</p>
<p>${made.rationale}</p>
${conditions.length > 0 ? html`<p class="small">Conditions</p><ul>${conditions}</ul>` : nothing}
${controls.length > 0 ? html`<p class="small">Compensating controls</p><ul>${controls}</ul>` : nothing}</li>`
}
