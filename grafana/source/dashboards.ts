import { operations } from "./operations.ts"

/** Every dashboard, as the text of its file in grafana/dashboards. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  const dashboards = [operations.build()]
  return new Map(dashboards.map((dashboard) => [`${dashboard.uid}.json`, `${JSON.stringify(dashboard, null, 2)}\n`]))
}
