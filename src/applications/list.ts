import { and, asc, desc, eq, getTableColumns, gt, inArray, Subquery, sql } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { applications, deployments } from "../db/schema.ts"
import { deploymentColumns, isDemo, shownDeployments, toDeployment } from "../deployments/row.ts"
import type { Application, ApplicationFilter, ApplicationPage } from "./types.ts"

/** Names are unique by this: a real application hides demo data of its name. */
const shownApplications = new Subquery(
  sql`SELECT *, false AS demo FROM public.applications
    UNION ALL SELECT *, true FROM demo.applications twin
      WHERE NOT EXISTS (SELECT FROM public.applications own WHERE own.name = twin.name)`,
  getTableColumns(applications),
  "applications",
)
const isDemoApplication = sql<boolean>`applications.demo`

/** A page of applications in order of name, each with its newest deployment per target ring. */
export async function listApplications(db: Database, filter: ApplicationFilter): Promise<ApplicationPage> {
  const rows = await db
    .select({ ...getTableColumns(applications), demo: isDemoApplication })
    .from(shownApplications)
    .where(
      and(
        filter.name === undefined ? undefined : eq(applications.name, filter.name),
        filter.demo === undefined ? undefined : eq(isDemoApplication, filter.demo),
        filter.after === undefined ? undefined : gt(applications.name, filter.after),
      ),
    )
    .orderBy(asc(applications.name))
    .limit(filter.limit + 1)
  const page = rows.slice(0, filter.limit)
  const ids = page.map((row) => row.id)
  const newest = await newestPerRing(db, ids)
  const items = page.map(({ id, name, label, createdAt, demo }): Application => {
    const own = newest
      .filter((row) => row.applicationId === id)
      .map(({ applicationId: _, ...row }) => toDeployment(row))
    return { name, label, createdAt, rings: Object.fromEntries(own.map((row) => [row.targetRing, row])), demo }
  })
  const last = rows.length > filter.limit ? page.at(-1) : undefined
  return last === undefined ? { items } : { items, next: last.name }
}

function newestPerRing(db: Database, ids: readonly string[]) {
  return db
    .selectDistinctOn([deployments.applicationId, deployments.targetRing], {
      ...deploymentColumns(),
      applicationId: deployments.applicationId,
      demo: isDemo,
    })
    .from(shownDeployments)
    .where(inArray(deployments.applicationId, [...ids]))
    .orderBy(deployments.applicationId, deployments.targetRing, desc(deployments.createdAt))
}
