import { desc, eq, sql } from "drizzle-orm"
import type { Database, Transaction } from "../db/client.ts"
import { applications, deployments, riskModels } from "../db/schema.ts"
import type { NewDeployment } from "../deployments/types.ts"
import { AppError } from "../lib/errors.ts"
import { parseRiskModel, type RiskModel } from "./model.ts"
import { type Assessment, assess } from "./score.ts"

/** What a score depends on, besides our own history of the application. */
export type RiskQuestion = Pick<NewDeployment, "appName" | "targetRing" | "evidence">

/**
 * Scores a deployment by the newest model and the application's own outcomes.
 * Throws AppError `evidence_blocked` when the evidence forbids the deployment.
 */
export async function assessDeployment(
  tx: Database | Transaction,
  applicationId: string | undefined,
  { evidence, targetRing }: Pick<RiskQuestion, "evidence" | "targetRing">,
): Promise<Assessment> {
  const model = await getRiskModel(tx)
  const history = await outcomesOf(tx, applicationId)
  return assess(model, { evidence, targetRing, history })
}

/** What a deployment would score now; nothing is made by asking. Throws AppError `evidence_blocked`. */
export async function assessRisk(db: Database, question: RiskQuestion): Promise<Assessment> {
  const [application] = await db
    .select({ id: applications.id })
    .from(applications)
    .where(eq(applications.name, question.appName))
  return assessDeployment(db, application?.id, question)
}

/** A version of the model, or the newest, which scores are made with. Throws AppError `not_found`. */
export async function getRiskModel(db: Database | Transaction, version?: string): Promise<RiskModel> {
  const [row] = await db
    .select({ model: riskModels.model })
    .from(riskModels)
    .where(version === undefined ? undefined : eq(riskModels.version, version))
    .orderBy(desc(riskModels.createdAt))
    .limit(1)
  if (row !== undefined) return parseRiskModel(row.model)
  if (version === undefined) throw new Error("no risk model has been seeded: run the migration")
  throw new AppError("not_found", `There is no version ${version} of the risk model.`)
}

/** How the application's deployments ended so far: COMPLETED ÷ (COMPLETED + FAILED + ROLLED_BACK). */
async function outcomesOf(tx: Database | Transaction, applicationId: string | undefined) {
  if (applicationId === undefined) return { outcomes: 0, breach: false }
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
