import { html } from "hono/html"
import type { GateEvaluation } from "../../deployments/types.ts"
import { type GateReason, percent } from "../../rings/gate.ts"
import { counted, type Html, nothing } from "../parts/html.ts"
import { verdictBadge } from "../parts/status.ts"
import { duration, moment } from "../parts/time.ts"
import type { View } from "./view.ts"

/** Every judgement with what it rests on, the newest first: it says why it stopped, or why it went on. */
export function gatesSection({ deployment, deps }: View): Html {
  const { gates } = deployment
  const items = gates.toReversed().map((gate) => gateItem(gate, deps.links.jaegerUrl))
  return html`<section class="card" aria-labelledby="gates-title">
<h2 id="gates-title">Gates</h2>
${gates.length === 0 ? html`<p class="muted">No gate has spoken yet.</p>` : html`<ol class="gates">${items}</ol>`}
</section>`
}

function gateItem(gate: GateEvaluation, jaegerUrl: string): Html {
  const { ring, verdict, reason, explanation, value, threshold, sample, source, at, traceId } = gate
  const trace = html`, <a href="${jaegerUrl}/trace/${traceId}">trace</a>`
  return html`<li>
<p class="head"><span class="ring-name">${ring}</span> ${verdictBadge(verdict)} <code>${reason}</code></p>
<p>${explanation}</p>
<dl class="figures">${figure("Value", amount(value, reason))}${figure("Threshold", amount(threshold, reason))}${figure("Sample", counted(sample, "device"))}${figure("Source", source)}</dl>
<p class="muted small">${moment(at)}, policy version ${gate.policyVersion}${traceId ? trace : nothing}. ${seen(gate)}</p>
</li>`
}

const figure = (name: string, value: string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`

/** Shares of devices are rates; what a query or a count of incidents is, its reason says. */
function amount(value: number | null, reason: GateReason): string {
  if (value === null) return "–"
  const isShare: readonly GateReason[] = ["met", "failure_limit", "success_rate", "no_data"]
  return isShare.includes(reason) ? percent(value) : String(Number(value.toPrecision(6)))
}

function seen({ evidence }: GateEvaluation): string {
  const { counts, elapsedSeconds, soakedSeconds, query } = evidence
  const soaked = soakedSeconds === null ? "" : `, soaked ${duration(soakedSeconds)}`
  const asked = query === undefined ? "" : ` Asked: ${query.promql}`
  return `Seen: ${counts.installed} installed, ${counts.failed} failed, ${counts.pending} pending after ${duration(elapsedSeconds)}${soaked}.${asked}`
}
