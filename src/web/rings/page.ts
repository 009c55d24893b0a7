import { html } from "hono/html"
import { access } from "../../api/access.ts"
import { percent } from "../../rings/gate.ts"
import type { ActiveDeployment, RingView } from "../../rings/list.ts"
import type { PolicyVersion } from "../../rings/policies.ts"
import { addressOf } from "../access.ts"
import { counted, type Html, nothing } from "../parts/html.ts"
import { icon } from "../parts/icon.ts"
import { badge } from "../parts/status.ts"
import { ago, duration } from "../parts/time.ts"
import { deviceBar, deviceWords } from "../parts/track.ts"

/** Every ring, LAB first. */
export function ringsPage(rings: readonly RingView[], nowMs: number): Html {
  return html`<h1>Rings</h1>
<p class="lead">What goes on in each ring, and the policy that judges what enters it from now on.</p>
${rings.map((view) => ringCard(view, nowMs))}`
}

function ringCard({ ring, active, oldest, policy }: RingView, nowMs: number): Html {
  const more = active.deployments - oldest.length
  return html`<section class="card" aria-labelledby="ring-${ring}">
<h2 id="ring-${ring}">${ring}</h2>
<div id="active-${ring}" data-live>${
    active.deployments === 0
      ? html`<p class="muted">Nothing is in it now.</p>`
      : html`<p>${counted(active.deployments, "deployment")}: ${deviceWords(active)}.</p>
<ul class="actives">${oldest.map((one) => activeItem(one, nowMs))}</ul>${more > 0 ? html`<p class="muted">and ${more} more</p>` : nothing}`
  }</div>
<details id="policy-${ring}"><summary>Policy, version ${policy.version}</summary>${policyFacts(policy, nowMs)}</details>
</section>`
}

function activeItem(one: ActiveDeployment, nowMs: number): Html {
  const { deploymentId: id, appName, version, held, status, startedAt } = one
  const back = status === "ROLLING_BACK" ? badge(["wait", "back", "Rolling back"]) : nothing
  return html`<li><p><a href="${addressOf("showDeployment", { id })}">${appName}</a> <span class="version">${version}</span> ${held ? badge(["wait", "pause", "Held"]) : nothing}${back} <span class="muted small">entered ${ago(startedAt, nowMs)}</span></p>
${deviceBar(one)}</li>`
}

function policyFacts({ ring, policy, createdBy, createdAt }: PolicyVersion, nowMs: number): Html {
  const path = access.listRingPolicies.path.replace("{ring}", ring)
  const facts: readonly (readonly [string, string])[] = [
    ["Complies from", `${percent(policy.successRate)} installed, of ${policy.minimumSample} or more that answered`],
    ["Fails beyond", `${percent(policy.failureLimit)} failed, or ${counted(policy.incidentLimit, "incident")}`],
    ["Soaks", duration(policy.soakSeconds)],
    ["Has to comply within", `${duration(policy.complianceLimitSeconds)}, else: ${policy.noData}`],
    ["Measured every", duration(policy.pollIntervalSeconds)],
    ["A failed gate", policy.onFailure === "rollback" ? "rolls back" : "holds"],
    ["Given up after", `${policy.errorLimit} attempts in a row without an answer`],
    ["Promotion", policy.promotion],
    ["Asks for a tested roll-back", policy.requireTestedRollback ? "yes" : "no"],
    ["Holds on firing alerts", policy.holdOnAlerts ? "yes" : "no"],
  ]
  const { query } = policy
  const asks =
    query &&
    html`<dt>Query</dt><dd><code>${query.promql}</code> ${query.comparison.replace("_", " ")} ${query.threshold}${query.mode === "dry_run" ? ", a dry run" : ""}</dd>`
  return html`<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}${asks}</dl>
<p class="muted small">By ${createdBy} ${ago(createdAt, nowMs)}</p>
<ul class="links"><li><a href="${access.getDocs.path}#/Rings/listRingPolicies">${icon("out")}Its versions in the API</a> <code>GET ${path}</code></li></ul>`
}
