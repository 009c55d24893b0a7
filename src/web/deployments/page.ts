import { html } from "hono/html"
import type { Alert } from "../../alerts/types.ts"
import type { Problem } from "../../api/problem.ts"
import type { Deployment } from "../../deployments/types.ts"
import type { Principal } from "../../lib/principal.ts"
import type { RingView } from "../../rings/list.ts"
import { addressOf, may } from "../access.ts"
import { counted, type Html, nothing } from "../parts/html.ts"
import { icon } from "../parts/icon.ts"
import { paging } from "../parts/paging.ts"
import { problemBox } from "../parts/problem.ts"
import { deploymentBadge } from "../parts/status.ts"
import { ago } from "../parts/time.ts"
import { track } from "../parts/track.ts"
import { filters } from "./filters.ts"

interface Deployments {
  readonly items: readonly Deployment[]
  readonly next: string | null
  readonly sent: URLSearchParams
  readonly first: boolean
  readonly problem?: Problem
  readonly rings: readonly RingView[]
  /** Circuit breakers that are not closed. */
  readonly broken: number
  readonly firing: readonly Alert[]
  readonly principal: Principal
  readonly correlationId: string
  readonly nowMs: number
}

/** What is going on now, and every deployment there was. */
export function deploymentsPage(of: Deployments): Html {
  const create = html`<a class="button primary" href="${addressOf("showNewDeployment")}">${icon("plus")}New deployment</a>`
  return html`<div class="title"><h1>Deployments</h1>${may(of.principal, "showNewDeployment") ? create : nothing}</div>
${problemBox(of.problem, of.correlationId)}
<div id="now" data-live>${tiles(of)}</div>
${filters(of.sent)}
<div id="list" data-live>${table(of)}${paging("/", of.sent, of.next, of.first)}</div>`
}

function tiles({ rings, broken, firing }: Deployments): Html {
  const sum = (pick: (active: RingView["active"]) => number) => rings.reduce((all, { active }) => all + pick(active), 0)
  const [deployments, failed] = [sum((active) => active.deployments), sum((active) => active.failed)]
  const critical = firing.filter(({ severity }) => severity === "critical").length
  return html`<ul class="tiles">
${tile(addressOf("showRings"), "In a ring now", deployments, deployments === 0 ? "nothing moves" : perRing(rings))}
${tile(
  addressOf("showRings"),
  "Devices still to come",
  sum((active) => active.pending),
  `${sum((active) => active.installed)} installed, ${failed} failed`,
  failed > 0,
)}
${tile(addressOf("showConnectors"), "Breakers not closed", broken, broken === 0 ? "every back end is reached" : "calls are held back", broken > 0)}
${tile(addressOf("showAlerts"), "Alerts firing", firing.length, firing.length === 0 ? "all quiet" : `${critical} critical`, firing.length > 0)}
</ul>`
}

function tile(href: string, label: string, value: number, told: string, wrong = false): Html {
  return html`<li class="${wrong ? "tile wrong" : "tile"}"><a href="${href}"><span class="value">${value}</span> <span class="label">${wrong ? icon("alert") : nothing}${label}</span> <span class="told">${told}</span></a></li>`
}

const perRing = (rings: readonly RingView[]) =>
  rings.flatMap(({ ring, active }) => (active.deployments > 0 ? `${active.deployments} in ${ring}` : [])).join(", ")

function table(of: Deployments): Html {
  if (of.items.length === 0) return empty(of)
  const rows = of.items.map((deployment) => row(deployment, of))
  return html`<div class="scroll" role="region" aria-label="Deployments" tabindex="0"><table class="list stack">
<caption class="unseen">${counted(of.items.length, "deployment")}, newest first</caption>
<thead><tr><th scope="col">Application</th><th scope="col">Status</th><th scope="col">Rings</th><th scope="col" class="number wide">Risk</th><th scope="col" class="wide">Back end</th><th scope="col" class="wide">Submitted</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`
}

function row(deployment: Deployment, { rings, nowMs }: Deployments): Html {
  const { id, appName, version, riskScore, connectorType, submitter, createdAt } = deployment
  const counts = rings.flatMap(({ oldest }) => oldest).find(({ deploymentId }) => deploymentId === id)
  const stopped = deployment.heldReason ?? deployment.reason
  return html`<tr>
<th scope="row"><a href="${addressOf("showDeployment", { id })}">${appName}</a> <span class="version">${version}</span></th>
<td>${deploymentBadge(deployment)}${stopped === null ? nothing : html`<p class="why">${stopped}</p>`}</td>
<td>${track(deployment, counts)}</td>
<td class="number wide">${riskScore}</td>
<td class="wide">${connectorType}</td>
<td class="wide">${ago(createdAt, nowMs)} <span class="muted">by ${submitter}</span></td>
</tr>`
}

function empty({ sent, principal }: Deployments): Html {
  if (sent.size > 0) return html`<p class="empty">No deployment is like that. <a href="/">Show all</a></p>`
  const first = html` <a href="${addressOf("showNewDeployment")}">Submit the first one</a>`
  return html`<p class="empty">There is no deployment yet.${may(principal, "showNewDeployment") ? first : nothing}</p>`
}
