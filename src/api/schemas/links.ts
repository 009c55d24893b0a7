import { z } from "@hono/zod-openapi"
import type { Deployment } from "../../deployments/types.ts"
import type { LinkTargets } from "../deps.ts"
import { exploreMetric, exploreTrace, labelValue } from "./explore.ts"

export const linksSchema = z
  .object({
    self: z.url(),
    events: z.url(),
    trace: z.url().nullable().openapi({ description: "The deployment's one trace in Jaeger; null when not traced" }),
    dashboard: z.url().openapi({ description: "The dashboard of its application in Grafana, around its time" }),
    explore_metric: z
      .url()
      .openapi({ description: "The outcomes of its application in Grafana's Explore, at its time" }),
    explore_trace: z.url().nullable().openapi({ description: "Its trace in Grafana's Explore; null when not traced" }),
  })
  .openapi("DeploymentLinks")

/** Links open a little before what they lead to, so that what was there before can be compared. */
export const leadInMs = 5 * 60_000

/** Path of a deployment on this API. */
export const deploymentPath = (id: string) => `/api/v1/deployments/${id}`

/** Where a deployment's story can be seen. */
export function linksOf(deployment: Deployment, targets: LinkTargets): z.input<typeof linksSchema> {
  const { appName, traceId } = deployment
  const range = { from: new Date(deployment.createdAt.getTime() - leadInMs), to: deployment.finishedAt }
  const outcomes = `sum by (ring, status) (deployment_total{app_name=${labelValue(appName)}})`
  const self = `${targets.publicUrl}${deploymentPath(deployment.id)}`
  return {
    self,
    events: `${self}/events`,
    trace: traceId === null ? null : `${targets.jaegerUrl}/trace/${traceId}`,
    dashboard: `${targets.grafanaUrl}/d/eucora-application?${dashboardQuery(deployment)}`,
    explore_metric: exploreMetric(targets.grafanaUrl, outcomes, range),
    explore_trace: traceId === null ? null : exploreTrace(targets.grafanaUrl, traceId, range),
  }
}

function dashboardQuery({ appName, createdAt, finishedAt }: Deployment): URLSearchParams {
  return new URLSearchParams({
    "var-app_name": appName,
    from: String(createdAt.getTime() - leadInMs),
    to: finishedAt === null ? "now" : String(finishedAt.getTime() + leadInMs),
  })
}
