import { eq, getTableColumns, Subquery, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import type { Deployment } from "./types.ts"

/** The columns of a deployment as it is served; evidence and assessment are read where they are asked for. */
export function deploymentColumns() {
  const { applicationId: _a, riskAssessment: _r, evidence: _e, ...columns } = getTableColumns(deployments)
  return columns
}

type DeploymentRow = Omit<typeof deployments.$inferSelect, "applicationId" | "riskAssessment" | "evidence"> & {
  /** Where it was read together with demo data. */
  readonly demo?: boolean
}

/** Real deployments and demo data as one table, under the name of the real one. */
export const shownDeployments = new Subquery(
  sql`SELECT *, false AS demo FROM public.deployments UNION ALL SELECT *, true FROM demo.deployments`,
  getTableColumns(deployments),
  "deployments",
)
export const isDemo = sql<boolean>`deployments.demo`

/** A row as the rest of the system knows it: without what only the engine needs. */
export function toDeployment(row: DeploymentRow): Deployment {
  const {
    traceparent,
    stageTraceparent: _s,
    idleSeconds: _i,
    waitingSince: _w,
    brokenAt: _b,
    restoredAt: _t,
    demo = false,
    ...served
  } = row
  return { ...served, traceId: traceparent?.split("-")[1] ?? null, demo }
}

/**
 * Seconds since DEPLOYING that were no work, up to now. Waiting, soak and hold may follow upon one another without a break:
 * then the first of them counts, until it ends.
 */
export const idleUntilNow = sql<number>`idle_seconds + coalesce(extract(epoch FROM now() - least(held_at, waiting_since,
  (SELECT r.soak_from FROM rollouts r WHERE r.deployment_id = deployments.id AND r.state = 'deploying')))::float8, 0)`

/** The deployment as a transaction leaves it that has locked it. */
export async function readDeployment(tx: Transaction, id: string): Promise<Deployment> {
  const [row] = await tx.select(deploymentColumns()).from(deployments).where(eq(deployments.id, id))
  if (row === undefined) throw new Error("a locked deployment vanished")
  return toDeployment(row)
}
