import { html } from "hono/html"
import { exploreMetric, labelValue } from "../../api/schemas/explore.ts"
import type { CircuitBreaker } from "../../breaker/types.ts"
import type { HealthReport } from "../../lib/health.ts"
import type { ConnectorView } from "../../probes/types.ts"
import { eventWords } from "../parts/event-words.ts"
import { counted, type Html, nothing } from "../parts/html.ts"
import { icon } from "../parts/icon.ts"
import { noteBox, problemBox } from "../parts/problem.ts"
import { badge, breakerBadge, healthBadge } from "../parts/status.ts"
import { ago, duration, moment } from "../parts/time.ts"
import { breakerDone, breakerForms } from "./forms.ts"
import type { Connectors } from "./view.ts"

export function connectorsPage(of: Connectors): Html {
  const [configured, others] = [true, false].map((wanted) => of.connectors.filter((one) => one.configured === wanted))
  const names = others?.map(({ type }) => type).join(", ")
  return html`<h1>Connectors</h1>
${noteBox(breakerDone(of.did))}
${unknown(of)}
<div id="health" data-live>${health(of.health)}</div>
<ul class="cards">${configured?.map((connector) => card(connector, of))}</ul>
${names ? html`<p class="muted">Not configured: ${names}.</p>` : nothing}`
}

/** A problem with a breaker that is not here has no form to stand beside. */
function unknown({ attempt, breakers, correlationId }: Connectors): Html {
  const isHere = breakers.some(({ service }) => service === attempt?.service)
  return isHere ? nothing : problemBox(attempt?.problem, correlationId)
}

function health({ status, checks }: HealthReport): Html {
  const items = Object.entries(checks).map(
    ([name, check]) =>
      html`<li>${healthBadge(check.status)} <span><strong>${name}</strong> <span class="muted">${check.detail}</span></span></li>`,
  )
  return html`<section class="card" aria-labelledby="health-title"><h2 id="health-title">The control plane is ${status}</h2><ul class="checks">${items}</ul></section>`
}

function card(connector: ConnectorView, of: Connectors): Html {
  const breaker = of.breakers.find(({ connectorType }) => connectorType === connector.type)
  return html`<li class="card">
<div id="state-${connector.type}" data-live>${state(connector, breaker, of)}</div>
${breaker ? html`<div id="actions-${connector.type}" data-live>${breakerForms(breaker, of)}</div>` : nothing}
</li>`
}

function state(
  { type, rings, health: found }: ConnectorView,
  breaker: CircuitBreaker | undefined,
  of: Connectors,
): Html {
  const from = new Date(of.nowMs - 3_600_000)
  const calls = `sum by (operation, status) (rate(connector_operation_duration_seconds_count{connector_type=${labelValue(type)}}[5m]))`
  return html`<h2>${type}</h2>
<p>${probed(found, breaker)}
${breaker ? html`<span class="muted">breaker</span> ${breakerBadge(breaker.state)}` : nothing}</p>
<dl>
${found && html`<dt>Since</dt><dd>${ago(found.since, of.nowMs)}</dd><dt>Probed</dt><dd>${ago(found.checkedAt, of.nowMs)}</dd>`}
${found?.lastFailure && html`<dt>Last failure</dt><dd>${found.lastFailure.errorClass}, ${found.lastFailure.errorType}</dd>`}
<dt>Rings</dt><dd>${rings.join(", ") || "none"}</dd>
${breaker && breakerFacts(breaker)}
</dl>
<ul class="links"><li><a href="${exploreMetric(of.grafanaUrl, calls, { from })}">${icon("out")}Its calls in Explore</a></li></ul>
${breaker && breaker.history.length > 0 ? history(breaker) : nothing}`
}

/** What the last probe found; behind a breaker that is not closed nothing is probed, and the last word may be old. */
function probed(found: ConnectorView["health"], breaker: CircuitBreaker | undefined): Html {
  if (found === null) return badge(["calm", "clock", "Not probed yet"])
  if (!found.healthy) return healthBadge("unhealthy")
  return breaker && breaker.state !== "CLOSED" ? badge(["calm", "clock", "Was healthy"]) : healthBadge("healthy")
}

function breakerFacts({ failures, openedAt, retryAfterSeconds, reason }: CircuitBreaker): Html {
  return html`<dt>Failures</dt><dd>${failures} in a row</dd>
${openedAt && html`<dt>Open since</dt><dd>${moment(openedAt)}</dd>`}
${retryAfterSeconds !== null ? html`<dt>Next try</dt><dd>in ${duration(retryAfterSeconds)}</dd>` : nothing}
${reason ? html`<dt>Isolated</dt><dd>${reason}</dd>` : nothing}`
}

function history({ service, history: events }: CircuitBreaker): Html {
  const items = events.map(
    (event) =>
      html`<li><p>${eventWords(event)}</p><p class="muted small">${moment(event.at)}, ${event.principal}</p></li>`,
  )
  return html`<details id="history-${service}"><summary>${counted(events.length, "event")} of the breaker</summary><ol class="events">${items}</ol></details>`
}
