import { html } from "hono/html"
import type { Problem } from "../../api/problem.ts"
import { type ApprovalRequest, type ApprovalState, approvalStates } from "../../approvals/types.ts"
import { addressOf } from "../access.ts"
import { type Html, nothing } from "../parts/html.ts"
import { paging } from "../parts/paging.ts"
import { problemBox } from "../parts/problem.ts"
import { deploymentBadge } from "../parts/status.ts"
import { ago } from "../parts/time.ts"

interface Approvals {
  readonly state: ApprovalState
  readonly items: readonly ApprovalRequest[]
  readonly next: string | null
  readonly sent: URLSearchParams
  readonly first: boolean
  readonly problem?: Problem
  readonly correlationId: string
  readonly nowMs: number
}

const names: Readonly<Record<ApprovalState, string>> = {
  mine: "Waiting for you",
  expiring: "Expiring soon",
  decided: "Decided by you",
}

const empties: Readonly<Record<ApprovalState, string>> = {
  mine: "Nothing waits for your decision.",
  expiring: "Nothing expires within a day.",
  decided: "You have decided on nothing yet.",
}

/** What waits for the approver who looks at it. */
export function approvalsPage(of: Approvals): Html {
  const tabs = approvalStates.map(
    (state) =>
      html`<li><a href="${addressOf("showApprovals")}?state=${state}"${state === of.state ? html` aria-current="page"` : nothing}>${names[state]}</a></li>`,
  )
  return html`<h1>Approvals</h1>
${problemBox(of.problem, of.correlationId)}
<nav class="tabs" aria-label="Approvals"><ul>${tabs}</ul></nav>
<div id="list" data-live>${of.items.length === 0 ? html`<p class="empty">${empties[of.state]}</p>` : list(of)}
${paging(addressOf("showApprovals"), of.sent, of.next, of.first)}</div>`
}

const list = (
  of: Approvals,
) => html`<div class="scroll" role="region" aria-label="${names[of.state]}" tabindex="0"><table class="list">
<thead><tr><th scope="col">Application</th><th scope="col">To</th><th scope="col" class="number">Risk</th><th scope="col">Approvals</th><th scope="col">Time left</th><th scope="col" class="wide">Submitted</th><th scope="col">Decision</th></tr></thead>
<tbody>${of.items.map((request) => row(request, of))}</tbody>
</table></div>`

function row(
  { deployment, approvals, required, controlRequired, decision }: ApprovalRequest,
  { nowMs }: Approvals,
): Html {
  const { id, appName, version, targetRing, riskScore, submitter, createdAt, approvalExpiresAt, status } = deployment
  const address = addressOf("showDeployment", { id })
  const left =
    status === "AWAITING_CAB" && approvalExpiresAt !== null
      ? ago(approvalExpiresAt, nowMs)
      : deploymentBadge(deployment)
  return html`<tr>
<th scope="row"><a href="${address}">${appName}</a> <span class="version">${version}</span></th>
<td>${targetRing}</td>
<td class="number">${riskScore}</td>
<td>${approvals} of ${required}${controlRequired ? html` <span class="muted">with a control</span>` : nothing}</td>
<td>${left}</td>
<td class="wide">${ago(createdAt, nowMs)} <span class="muted">by ${submitter}</span></td>
<td>${decision ? decision.decision : html`<a class="button" href="${address}">Decide<span class="unseen"> on ${appName} ${version}</span></a>`}</td>
</tr>`
}
