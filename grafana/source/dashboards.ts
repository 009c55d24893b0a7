import { application } from "./application.ts"
import { approvals } from "./approvals.ts"
import { connectors } from "./connectors.ts"
import { dora } from "./dora.ts"
import { http } from "./http.ts"
import { operations } from "./operations.ts"
import { rollouts } from "./rings.ts"
import { runtime } from "./runtime.ts"
import { slo } from "./slo.ts"
import { tasks } from "./tasks.ts"
import { telemetry } from "./telemetry.ts"

const all = [operations, http, rollouts, connectors, application, approvals, tasks, slo, dora, telemetry, runtime]

/** Every dashboard, as the text of its file in grafana/dashboards. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  const dashboards = all.map((each) => each.build())
  return new Map(dashboards.map((dashboard) => [`${dashboard.uid}.json`, `${JSON.stringify(dashboard, null, 2)}\n`]))
}
