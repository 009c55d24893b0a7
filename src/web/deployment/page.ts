import { html } from "hono/html"
import { access } from "../../api/access.ts"
import { deploymentPath, linksOf } from "../../api/schemas/links.ts"
import { addressOf } from "../access.ts"
import { type Html, nothing } from "../parts/html.ts"
import { icon } from "../parts/icon.ts"
import { noteBox } from "../parts/problem.ts"
import { riskTable } from "../parts/risk.ts"
import { deploymentBadge } from "../parts/status.ts"
import { ago } from "../parts/time.ts"
import { actionForms, doneWords } from "./action-forms.ts"
import { approvalsSection } from "./approvals.ts"
import { gatesSection } from "./gates.ts"
import { eventsSection, evidenceSection, incidentsSection } from "./history.ts"
import { ringsSection } from "./rings.ts"
import { sentence } from "./sentence.ts"
import type { View } from "./view.ts"

/** One deployment: how it stands and why, what may be done, and what that rests on. */
export function deploymentPage(view: View): Html {
  return html`<p class="crumb"><a href="${addressOf("showDeployments")}">Deployments</a></p>
${noteBox(doneWords(view.c.req.query("did")))}
<div id="head" data-live>${head(view)}</div>
<div class="aside">
<div>
<div id="rings" data-live>${ringsSection(view)}</div>
<div id="actions" data-live>${actionForms(view)}</div>
<div id="gates" data-live>${gatesSection(view)}</div>
<div id="approvals" data-live>${approvalsSection(view)}</div>
<div id="incidents" data-live>${incidentsSection(view)}</div>
${risk(view)}
${evidenceSection(view.deployment)}
</div>
<div>
<div id="facts" data-live>${facts(view)}</div>
<div id="events" data-live>${eventsSection(view)}</div>
</div>
</div>`
}

function head(view: View): Html {
  const { appName, version } = view.deployment
  return html`<div class="title"><h1>${appName} <span class="version">${version}</span></h1><p class="state">${deploymentBadge(view.deployment)}</p></div>
<p class="lead" id="sentence">${sentence(view)}</p>`
}

function facts(view: View): Html {
  const { deployment, nowMs } = view
  const { targetRing, connectorType, submitter, createdAt, startedAt, finishedAt, notBefore, policyVersion } =
    deployment
  return html`<section class="card" aria-labelledby="facts-title">
<h2 id="facts-title">At a glance</h2>
<dl>
${fact("Target ring", targetRing)}
${fact("Back end", connectorType)}
${fact("Risk", html`<a href="#risk">${deployment.riskScore}</a> by model ${deployment.riskModelVersion}`)}
${fact("Submitted", html`${ago(createdAt, nowMs)} by ${submitter}`)}
${notBefore && fact("Not before", ago(notBefore, nowMs))}
${startedAt && fact("Started", ago(startedAt, nowMs))}
${finishedAt && fact("Ended", ago(finishedAt, nowMs))}
${policyVersion && fact("Ring policies", `version ${policyVersion}`)}
${fact("Correlation id", html`<code>${deployment.correlationId}</code>`)}
</dl>
${links(view)}
</section>`
}

const fact = (name: string, value: string | Html) => html`<dt>${name}</dt><dd>${value}</dd>`

function links({ deployment, deps }: View): Html {
  const { trace, dashboard, explore_metric, explore_trace } = linksOf(deployment, deps.links)
  return html`<ul class="links tall">
<li><a href="${dashboard}">${icon("out")}Dashboard of ${deployment.appName}</a></li>
<li><a href="${explore_metric}">${icon("out")}Its outcomes in Explore</a></li>
${trace ? html`<li><a href="${trace}">${icon("out")}Trace in Jaeger</a></li>` : nothing}
${explore_trace ? html`<li><a href="${explore_trace}">${icon("out")}Trace in Explore</a></li>` : nothing}
<li><a href="${access.getDocs.path}#/Deployments/getDeployment">${icon("out")}In the API</a> <code class="long">GET ${deploymentPath(deployment.id)}</code></li>
</ul>`
}

function risk({ deployment }: View): Html {
  const { risk: assessment, requiresCab, approvalsRequired } = deployment
  const people = requiresCab
    ? `People have to approve it: ${approvalsRequired}.`
    : "Low enough to need nobody's approval."
  return html`<section class="card" id="risk" aria-labelledby="risk-title">
<h2 id="risk-title">Risk ${assessment.score}</h2>
<p>${people}</p>
${riskTable(assessment)}
</section>`
}
