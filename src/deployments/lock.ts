import { eq, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { applications, deployments } from "../db/schema.ts"
import { AppError } from "../lib/errors.ts"

/** The row as the engine works with it: read under the application's lock, so that nothing moves while it decides. */
export type LockedDeployment = typeof deployments.$inferSelect & { readonly label: string }

/**
 * Locks the application and reads the deployment. Who takes, holds or leaves a ring of an application holds its row, so
 * that slots are given out one at a time and no two lock in different orders. Undefined when there is no such deployment.
 */
export async function lockDeployment(tx: Transaction, id: string): Promise<LockedDeployment | undefined> {
  const ofDeployment = tx.select({ id: deployments.applicationId }).from(deployments).where(eq(deployments.id, id))
  const [application] = await tx
    .select({ label: applications.label })
    .from(applications)
    .where(sql`${applications.id} = (${ofDeployment})`)
    .for("no key update")
  const [deployment] = await tx.select().from(deployments).where(eq(deployments.id, id)).for("no key update")
  return application && deployment && { ...deployment, label: application.label }
}

/** The same where a caller has named the deployment. Throws AppError `not_found`. */
export async function mustLock(tx: Transaction, id: string): Promise<LockedDeployment> {
  const deployment = await lockDeployment(tx, id)
  if (deployment === undefined) throw new AppError("not_found", `There is no deployment ${id}.`)
  return deployment
}
