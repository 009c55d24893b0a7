import { asc, eq, getTableColumns, sql } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import { deployments, rollouts } from "../db/schema.ts"
import { AppError } from "../lib/errors.ts"
import { deploymentColumns, toDeployment } from "./row.ts"
import type { DeploymentDetail } from "./types.ts"

/** Prepared once per pool: reading one deployment is the most frequent request there is. */
export function prepareGetDeployment(db: Database): (id: string) => Promise<DeploymentDetail> {
  const one = db
    .select({ ...deploymentColumns(), evidence: deployments.evidence })
    .from(deployments)
    .where(eq(deployments.id, sql.placeholder("id")))
    .prepare("get_deployment")
  const { deploymentId: _d, sequence: _s, ...columns } = getTableColumns(rollouts)
  const rings = db
    .select(columns)
    .from(rollouts)
    .where(eq(rollouts.deploymentId, sql.placeholder("id")))
    .orderBy(asc(rollouts.startedAt))
    .prepare("get_rollouts")
  return async (id) => {
    const [[row], progress] = await Promise.all([one.execute({ id }), rings.execute({ id })])
    if (row === undefined) throw new AppError("not_found", `There is no deployment ${id}.`)
    const { evidence, ...served } = row
    return { ...toDeployment(served), evidence, rings: progress }
  }
}
