import type { SystemConfig } from "../config.ts"
import { getJson } from "../lib/http.ts"
import { type Check, checking } from "./report.ts"

/** Both datasources answer and the dashboard is there. Without Grafana there is nothing to check, and the report says so. */
export async function grafanaChecks({ grafana }: SystemConfig): Promise<{ checks: Check[]; note?: string }> {
  const running = await getJson(`${grafana}/api/health`).then(
    () => true,
    () => false,
  )
  if (!running)
    return { checks: [], note: `Grafana does not run at ${grafana}: its datasources and dashboard were not checked.` }
  const datasources = ["prometheus", "jaeger"].map((uid) =>
    checking(`Grafana: datasource ${uid}`, "OK", "grafana/provisioning/datasources", async () => {
      const { status } = await getJson<{ status: string }>(`${grafana}/api/datasources/uid/${uid}/health`)
      return { found: status, met: status === "OK" }
    }),
  )
  const dashboard = checking("Grafana: dashboard", "eucora-operations", "grafana/provisioning/dashboards", async () => {
    const answer = await getJson<{ dashboard: { uid: string } }>(`${grafana}/api/dashboards/uid/eucora-operations`)
    return { found: answer.dashboard.uid, met: answer.dashboard.uid === "eucora-operations" }
  })
  return { checks: await Promise.all([...datasources, dashboard]) }
}
