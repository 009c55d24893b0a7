import { html } from "hono/html"
import { connectorTypes } from "../../connectors/types.ts"
import { deploymentStatuses } from "../../deployments/types.ts"
import { rings } from "../../rings/rings.ts"
import { type AnyField, field, plain } from "../parts/field.ts"
import { type Html, nothing } from "../parts/html.ts"

const fields: readonly AnyField[] = [
  { kind: "text", name: "app_name", label: "Application", longest: 128 },
  { kind: "choice", name: "status", label: "Status", choices: plain(deploymentStatuses), none: "Any" },
  { kind: "choice", name: "ring", label: "Target ring", choices: plain(rings), none: "Any" },
  { kind: "choice", name: "connector", label: "Back end", choices: plain(connectorTypes), none: "Any" },
  { kind: "text", name: "submitter", label: "Submitter", longest: 128 },
]

/** Names of the API's query; what was sent otherwise by a link (times) stays. */
export function filters(sent: URLSearchParams): Html {
  const others = [...sent].filter(([name]) => !fields.some((field) => field.name === name))
  const kept = others.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
  const clear = html`<a class="button" href="/">Clear</a>`
  return html`<form class="filters" method="get" action="/" role="search" aria-label="Filter the deployments">
${fields.map((of) => field(of, { form: sent, prefix: "filter" }))}${kept}
<div class="buttons"><button>Filter</button>${sent.size > 0 ? clear : nothing}</div>
</form>`
}
