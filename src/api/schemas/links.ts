import { z } from "@hono/zod-openapi"
import type { Deployment } from "../../deployments/types.ts"
import type { LinkTargets } from "../deps.ts"

export const linksSchema = z
  .object({
    self: z.url(),
    events: z.url(),
    trace: z.url().nullable().openapi({ description: "The deployment's one trace in Jaeger; null when not traced" }),
    dashboard: z.url().openapi({ description: "The dashboard of its application in Grafana, around its time" }),
  })
  .openapi("DeploymentLinks")

/** The dashboard opens a little before the deployment, so that what was there before can be compared. */
const leadInMs = 5 * 60_000

/** Path of a deployment on this API. */
export const deploymentPath = (id: string) => `/api/v1/deployments/${id}`

/** Where a deployment's story can be seen. */
export function linksOf(deployment: Deployment, targets: LinkTargets): z.input<typeof linksSchema> {
  const self = `${targets.publicUrl}${deploymentPath(deployment.id)}`
  return {
    self,
    events: `${self}/events`,
    trace: deployment.traceId === null ? null : `${targets.jaegerUrl}/trace/${deployment.traceId}`,
    dashboard: `${targets.dashboardUrl}?${dashboardQuery(deployment)}`,
  }
}

function dashboardQuery({ appName, createdAt, finishedAt }: Deployment): URLSearchParams {
  return new URLSearchParams({
    "var-app_name": appName,
    from: String(createdAt.getTime() - leadInMs),
    to: finishedAt === null ? "now" : String(finishedAt.getTime() + leadInMs),
  })
}
