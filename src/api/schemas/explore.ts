/** Uids of the datasources, as grafana/provisioning names them. */
type Datasource = "prometheus" | "jaeger"

interface Range {
  readonly from: Date
  /** Until now without one. */
  readonly to?: Date | null
}

/** A metric in Grafana's Explore, over a time. https://grafana.com/docs/grafana/v13.1/explore/get-started-with-explore/ */
export function exploreMetric(grafanaUrl: string, expr: string, range: Range): string {
  return explore(grafanaUrl, "prometheus", { expr, range: true }, range)
}

/** A trace in Grafana's Explore. */
export function exploreTrace(grafanaUrl: string, traceId: string, range: Range): string {
  return explore(grafanaUrl, "jaeger", { query: traceId }, range)
}

function explore(grafanaUrl: string, uid: Datasource, asked: object, { from, to }: Range): string {
  const query = { refId: "A", datasource: { type: uid, uid }, ...asked }
  const range = { from: String(from.getTime()), to: to ? String(to.getTime()) : "now" }
  const panes = { a: { datasource: uid, queries: [query], range } }
  return `${grafanaUrl}/explore?${new URLSearchParams({ schemaVersion: "1", panes: JSON.stringify(panes) })}`
}

/** A value in a PromQL selector, quoted. */
export const labelValue = (text: string) => JSON.stringify(text)
