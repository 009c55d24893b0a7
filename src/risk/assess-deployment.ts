import { desc, eq, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { deployments, riskModels } from "../db/schema.ts"
import type { NewDeployment } from "../deployments/types.ts"
import { parseRiskModel } from "./model.ts"
import { type Assessment, assess } from "./score.ts"

/**
 * Scores a deployment by the newest model and the application's own outcomes.
 * Throws AppError `evidence_blocked` when the evidence forbids the deployment.
 */
export async function assessDeployment(
  tx: Transaction,
  applicationId: string,
  input: NewDeployment,
): Promise<Assessment> {
  const [newest] = await tx.select().from(riskModels).orderBy(desc(riskModels.createdAt)).limit(1)
  if (newest === undefined) throw new Error("no risk model has been seeded: run the migration")
  const history = await outcomesOf(tx, applicationId)
  return assess(parseRiskModel(newest.model), { evidence: input.evidence, targetRing: input.targetRing, history })
}

/** How the application's deployments ended so far: COMPLETED ÷ (COMPLETED + FAILED + ROLLED_BACK). */
async function outcomesOf(tx: Transaction, applicationId: string) {
  const [counted] = await tx
    .select({
      outcomes: sql<number>`count(*)::int`,
      completed: sql<number>`(count(*) FILTER (WHERE outcome = 'COMPLETED' AND status = 'COMPLETED'))::int`,
    })
    .from(deployments)
    .where(sql`${eq(deployments.applicationId, applicationId)} AND outcome IN ('COMPLETED', 'FAILED', 'ROLLED_BACK')`)
  const { outcomes, completed } = counted ?? { outcomes: 0, completed: 0 }
  return outcomes === 0 ? { outcomes, breach: false } : { outcomes, successRate: completed / outcomes, breach: false }
}
