import { asc, eq, getTableColumns, sql } from "drizzle-orm"
import type { Database, Transaction } from "../db/client.ts"
import { deployments, rollouts } from "../db/schema.ts"
import { gateEvaluations, incidents } from "../db/schema-gates.ts"
import { AppError } from "../lib/errors.ts"
import { revision } from "./revision.ts"
import { deploymentColumns, toDeployment } from "./row.ts"
import type { DeploymentDetail } from "./types.ts"

/** Prepared once per pool: reading one deployment is the most frequent request there is. */
export function prepareGetDeployment(db: Database | Transaction): (id: string) => Promise<DeploymentDetail> {
  const one = db
    .select({ ...deploymentColumns(), evidence: deployments.evidence, risk: deployments.riskAssessment, revision })
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
  const { deploymentId: _g, ...ofGate } = getTableColumns(gateEvaluations)
  const gates = db
    .select(ofGate)
    .from(gateEvaluations)
    .where(eq(gateEvaluations.deploymentId, sql.placeholder("id")))
    .orderBy(asc(gateEvaluations.id))
    .prepare("get_gate_evaluations")
  const { deploymentId: _i, ...ofIncident } = getTableColumns(incidents)
  const reported = db
    .select(ofIncident)
    .from(incidents)
    .where(eq(incidents.deploymentId, sql.placeholder("id")))
    .orderBy(asc(incidents.id))
    .prepare("get_incidents")
  return async (id) => {
    const parts = [rings.execute({ id }), gates.execute({ id }), reported.execute({ id })] as const
    const [[row], ...rest] = await Promise.all([one.execute({ id }), ...parts])
    if (row === undefined) throw new AppError("not_found", `There is no deployment ${id}.`)
    const { evidence, risk, revision: at, ...served } = row
    const [progress, judged, told] = rest
    return { ...toDeployment(served), revision: at, evidence, risk, rings: progress, gates: judged, incidents: told }
  }
}
