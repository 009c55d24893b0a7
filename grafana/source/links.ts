import {
  DashboardLinkBuilder,
  DashboardLinkType,
  TextBoxVariableBuilder,
  VariableHide,
} from "@grafana/grafana-foundation-sdk/dashboard"
import { variable } from "./query.ts"

const controlPlaneName = "control_plane"

/** Our own address as the browser sees it: a dashboard's file knows no environment, so it can be set as `?var-control_plane=`. */
export const controlPlane = new TextBoxVariableBuilder(controlPlaneName)
  .label("Control plane")
  .description("Address of the control plane, for links")
  .defaultValue("http://127.0.0.1:8000")
  .hide(VariableHide.HideVariable)

const ours = variable(controlPlaneName)

/** Percent-encodes everything but Grafana's own variables. */
function encode(text: string): string {
  return text
    .split(/(\$\{[^}]+\})/)
    .map((part) => (part.startsWith("$") ? part : encodeURIComponent(part)))
    .join("")
}

/** Explore, with a search of Jaeger over the dashboard's time. https://grafana.com/docs/grafana/v13.1/explore/get-started-with-explore/ */
function exploreTraces(search: Readonly<Record<string, string>>): string {
  const query = { refId: "A", queryType: "search", datasource: { type: "jaeger", uid: "jaeger" }, ...search }
  const range = { from: variable("__from"), to: variable("__to") }
  const panes = { traces: { datasource: "jaeger", queries: [query], range } }
  return `/explore?schemaVersion=1&panes=${encode(JSON.stringify(panes))}`
}

/** From a series of span metrics to traces with such spans. Its labels must have kept `service_name` and `span_name`. */
export function toTraces(): DashboardLinkBuilder {
  const [service, operation] = [variable("__field.labels.service_name"), variable("__field.labels.span_name")]
  return new DashboardLinkBuilder(`Traces of ${operation}`).url(exploreTraces({ service, operation }))
}

/** To another dashboard, with the time range; `choices` are what is chosen there, such as `var-ring=LAB`. */
export function toDashboard(title: string, uid: string, choices = ""): DashboardLinkBuilder {
  const query = [variable("__url_time_range"), choices].filter(Boolean).join("&")
  return new DashboardLinkBuilder(title).url(`/d/${uid}?${query}`)
}

/** To a page of the control plane. */
export function toPage(title: string, path: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).url(`${ours}${path}`).targetBlank(true)
}

/** At the top of every dashboard: the others, the traces, and our own pages. */
export const topLinks: readonly DashboardLinkBuilder[] = [
  new DashboardLinkBuilder("Dashboards")
    .type(DashboardLinkType.Dashboards)
    .tags(["eucora"])
    .asDropdown(true)
    .keepTime(true),
  top("Traces", exploreTraces({ service: "eucora-api" }), "Search Jaeger"),
  top("Control plane", `${ours}/`, "Deployments, approvals, back ends: the operator's page"),
  top("API", `${ours}/api/v1/docs`, "What the control plane can be asked and told"),
]

function top(title: string, url: string, tooltip: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).icon("external link").url(url).tooltip(tooltip)
}
