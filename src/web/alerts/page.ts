import { html } from "hono/html"
import { alertStatuses } from "../../alerts/types.ts"
import type { Problem } from "../../api/problem.ts"
import type { alertPageBody } from "../../api/schemas/alert.ts"
import { addressOf } from "../access.ts"
import { type AnyField, field, plain } from "../parts/field.ts"
import { type Html, nothing } from "../parts/html.ts"
import { icon } from "../parts/icon.ts"
import { paging } from "../parts/paging.ts"
import { problemBox } from "../parts/problem.ts"
import { badge } from "../parts/status.ts"
import { ago, duration } from "../parts/time.ts"

type AlertBody = ReturnType<typeof alertPageBody>["items"][number]

interface Alerts {
  readonly items: readonly AlertBody[]
  readonly next: string | null
  readonly sent: URLSearchParams
  readonly first: boolean
  readonly problem?: Problem
  readonly correlationId: string
  readonly nowMs: number
}

const fields: readonly AnyField[] = [
  { kind: "choice", name: "status", label: "Status", choices: plain(alertStatuses), none: "Any" },
  { kind: "choice", name: "severity", label: "Severity", choices: plain(["critical", "warning", "info"]), none: "Any" },
  { kind: "text", name: "name", label: "Name", longest: 200 },
]

export function alertsPage(of: Alerts): Html {
  const path = addressOf("showAlerts")
  const clear = html`<a class="button" href="${path}">Clear</a>`
  return html`<h1>Alerts</h1>
${problemBox(of.problem, of.correlationId)}
<form class="filters" method="get" action="${path}" role="search" aria-label="Filter the alerts">
${fields.map((one) => field(one, { form: of.sent, prefix: "filter" }))}
<div class="buttons"><button>Filter</button>${of.sent.size > 0 ? clear : nothing}</div>
</form>
<div id="list" data-live>${of.items.length === 0 ? html`<p class="empty">No alert is like that.</p>` : html`<ol class="alerts">${of.items.map((alert) => item(alert, of.nowMs))}</ol>`}
${paging(path, of.sent, of.next, of.first)}</div>`
}

function item(alert: AlertBody, nowMs: number): Html {
  const { name, severity, component, summary, description, labels, links } = alert
  const more = Object.entries(labels).filter(([label]) => !["alertname", "severity", "component"].includes(label))
  return html`<li class="card alert ${alert.status} ${known(severity)}">
<p class="alert-head"><strong>${name}</strong> ${statusBadge(alert)} ${severityBadge(severity)} ${component ? html`<span class="muted">${component}</span>` : nothing}</p>
<p>${summary ?? description ?? "It says no more."}</p>
${summary && description ? html`<p class="muted">${description}</p>` : nothing}
<p class="muted small">${times(alert, nowMs)}</p>
${more.length > 0 ? html`<ul class="labels">${more.map(([label, value]) => html`<li><code>${label}=${value}</code></li>`)}</ul>` : nothing}
<ul class="links">${link(links.runbook, "Runbook", name)}${link(links.dashboard, "Dashboard", name)}${link(links.source, "Expression", name)}${link(links.explore, "Explore", name)}</ul>
</li>`
}

/** Severities are labels of others: only known ones become a class. */
const known = (severity: string) => (["critical", "warning", "info"].includes(severity) ? severity : "other")

function statusBadge({ status, stale }: AlertBody): Html {
  if (status === "resolved") return badge(["good", "check", "Resolved"])
  return stale ? badge(["calm", "clock", "Not heard of lately"]) : badge(["bad", "alert", "Firing"])
}

const severityBadge = (severity: string) =>
  badge([severity === "critical" ? "bad" : severity === "warning" ? "wait" : "calm", "info", severity])

function times({ started_at, ended_at, last_seen_at }: AlertBody, nowMs: number): Html {
  const started = new Date(started_at)
  if (ended_at === null) return html`Since ${ago(started, nowMs)}, last heard of ${ago(new Date(last_seen_at), nowMs)}`
  const seconds = (Date.parse(ended_at) - started.getTime()) / 1_000
  return html`Began ${ago(started, nowMs)}, lasted ${duration(Math.max(0, seconds))}`
}

function link(href: string | null, label: string, name: string): Html {
  return href === null
    ? nothing
    : html`<li><a href="${href}">${icon("out")}${label}<span class="unseen"> of ${name}</span></a></li>`
}
