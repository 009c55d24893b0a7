import { eq, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { applications, deployments } from "../db/schema.ts"
import { AppError } from "../lib/errors.ts"
import type { Caller, ExpectedRevision } from "../lib/principal.ts"
import { revision } from "./revision.ts"

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

/**
 * The same where a caller has named the deployment. Throws AppError `not_found`; `invalid_transition` for demo data;
 * `precondition_failed` when something has happened to it since the caller looked at it.
 */
export async function mustLock(tx: Transaction, id: string, caller?: Caller): Promise<LockedDeployment> {
  const deployment = await lockDeployment(tx, id)
  if (deployment !== undefined) {
    if (caller?.expected !== undefined) await mustBeAt(tx, id, caller.expected)
    return deployment
  }
  const demo = await tx.execute(sql`SELECT FROM demo.deployments WHERE id = ${id}`)
  if (demo.length > 0) throw new AppError("invalid_transition", "Demo data is only shown: nothing can be done with it.")
  throw new AppError("not_found", `There is no deployment ${id}.`)
}

async function mustBeAt(tx: Transaction, id: string, expected: ExpectedRevision): Promise<void> {
  const [newest] = await tx.select({ revision }).from(deployments).where(eq(deployments.id, id))
  if (expected === "*" || (newest && expected.includes(newest.revision))) return
  throw new AppError("precondition_failed", "Something has happened to this deployment since you looked at it.")
}
