import { getTableColumns, sql } from "drizzle-orm"
import { deployments } from "../db/schema.ts"
import type { Deployment } from "./types.ts"

/** The columns of a deployment as it is served; evidence and assessment are read where they are asked for. */
export function deploymentColumns() {
  const { applicationId: _a, riskAssessment: _r, evidence: _e, ...columns } = getTableColumns(deployments)
  return columns
}

type DeploymentRow = Omit<typeof deployments.$inferSelect, "applicationId" | "riskAssessment" | "evidence">

/** A row as the rest of the system knows it: without what only the engine needs. */
export function toDeployment(row: DeploymentRow): Deployment {
  const { traceparent, stageTraceparent: _s, idleSeconds: _i, waitingSince: _w, ...served } = row
  return { ...served, traceId: traceparent?.split("-")[1] ?? null }
}

/** Seconds of work so far: from DEPLOYING to now, less what was waiting. */
export const workSeconds = sql<number | null>`extract(epoch FROM now() - started_at)::float8 - idle_seconds`
