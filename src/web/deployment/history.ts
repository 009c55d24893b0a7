import { html } from "hono/html"
import type { DeploymentDetail } from "../../deployments/types.ts"
import type { Event } from "../../events/types.ts"
import { eventWords } from "../parts/event-words.ts"
import { type Html, nothing } from "../parts/html.ts"
import { ago, moment } from "../parts/time.ts"
import type { View } from "./view.ts"

/** Shown at once; the older ones on demand. */
const shownEvents = 12

/** Everything that happened, the newest first. */
export function eventsSection({ events }: View): Html {
  const items = events.toReversed().map(eventItem)
  const older = items.slice(shownEvents)
  return html`<section class="card" aria-labelledby="events-title">
<h2 id="events-title">Events</h2>
<ol class="events">${items.slice(0, shownEvents)}</ol>
${older.length > 0 ? html`<details id="older-events"><summary>${older.length} older</summary><ol class="events">${older}</ol></details>` : nothing}
</section>`
}

function eventItem(event: Event): Html {
  return html`<li><p>${eventWords(event)}</p><p class="muted small">${moment(event.at)}, ${event.principal} <code class="type">${event.type}</code></p></li>`
}

/** What was reported; left out while nothing was. */
export function incidentsSection({ deployment, nowMs }: View): Html {
  const { incidents } = deployment
  if (incidents.length === 0) return nothing
  const items = incidents.map(
    ({ ring, summary, reference, reportedBy, at }) =>
      html`<li><p>${summary}${reference === null ? nothing : html` <code>${reference}</code>`}</p><p class="muted small">in ${ring}, by ${reportedBy} ${ago(at, nowMs)}</p></li>`,
  )
  return html`<section class="card" aria-labelledby="incidents-title"><h2 id="incidents-title">Incidents</h2><ul class="events">${items}</ul></section>`
}

/** What was claimed when it was submitted. */
export function evidenceSection({ evidence, evidenceSha256 }: DeploymentDetail): Html {
  return html`<section class="card" aria-labelledby="evidence-title">
<h2 id="evidence-title">Evidence</h2>
<details id="evidence"><summary>As it was submitted</summary><pre tabindex="0">${JSON.stringify(evidence, null, 2)}</pre></details>
<p class="muted small">SHA-256 of its canonical JSON <code class="long">${evidenceSha256}</code></p>
</section>`
}
