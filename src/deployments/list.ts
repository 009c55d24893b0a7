import { and, eq, gte, lt, sql } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import { deploymentColumns, isDemo, shownDeployments, toDeployment } from "./row.ts"
import type { Deployment, DeploymentFilter, Page } from "./types.ts"

/** The time to the microsecond, as text: a JavaScript date would cut it off and lose its place on the next page. */
const exactCreatedAt = sql<string>`to_char(${deployments.createdAt} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** As the index is ordered: it is not used for an order that puts NULLs elsewhere, though there are none. */
const newestFirst = [deployments.createdAt, deployments.id].map((column) => sql`${column} DESC NULLS LAST`)

/** A page of deployments, demo data among them, newest first; stable while others are added, for a page begins after the last row of the one before. */
export async function listDeployments(db: Database, filter: DeploymentFilter): Promise<Page<Deployment>> {
  const rows = await db
    .select({ ...deploymentColumns(), demo: isDemo, exactCreatedAt })
    .from(shownDeployments)
    .where(matching(filter))
    .orderBy(...newestFirst)
    .limit(filter.limit + 1)
  const page = rows.slice(0, filter.limit)
  const items = page.map(({ exactCreatedAt: _, ...row }) => toDeployment(row))
  const last = rows.length > filter.limit ? page.at(-1) : undefined
  return last === undefined ? { items } : { items, next: { createdAt: last.exactCreatedAt, id: last.id } }
}

function matching(filter: DeploymentFilter) {
  const { appName, targetRing, status, connectorType, submitter, createdAfter, createdBefore, demo, after } = filter
  return and(
    appName === undefined ? undefined : eq(deployments.appName, appName),
    targetRing === undefined ? undefined : eq(deployments.targetRing, targetRing),
    status === undefined ? undefined : eq(deployments.status, status),
    connectorType === undefined ? undefined : eq(deployments.connectorType, connectorType),
    submitter === undefined ? undefined : eq(deployments.submitter, submitter),
    createdAfter === undefined ? undefined : gte(deployments.createdAt, createdAfter),
    createdBefore === undefined ? undefined : lt(deployments.createdAt, createdBefore),
    demo === undefined ? undefined : eq(isDemo, demo),
    after === undefined
      ? undefined
      : sql`(${deployments.createdAt}, ${deployments.id}) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`,
  )
}
