import { eq, sql } from "drizzle-orm"
import type { Transaction } from "../db/client.ts"
import { applications } from "../db/schema.ts"

export interface RegisteredApplication {
  readonly id: string
  readonly label: string
}

/** The label of applications beyond the bound. */
export const otherLabel = "other"

/** Serialises first deployments of new applications, so that the bound on labels holds whoever comes at once. */
const registrationLock = 4_711_002

/** Finds the application or makes it. Its label is its own name while fewer than `labelLimit` have one, else `other`. */
export async function registerApplication(
  tx: Transaction,
  name: string,
  labelLimit: number,
): Promise<RegisteredApplication> {
  return (await find(tx, name)) ?? (await create(tx, name, labelLimit))
}

async function find(tx: Transaction, name: string): Promise<RegisteredApplication | undefined> {
  const [found] = await tx
    .select({ id: applications.id, label: applications.label })
    .from(applications)
    .where(eq(applications.name, name))
  return found
}

async function create(tx: Transaction, name: string, labelLimit: number): Promise<RegisteredApplication> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(${registrationLock})`)
  const labels = tx.select({ n: sql`count(*)` }).from(applications).where(sql`label <> ${otherLabel}`)
  const label = sql<string>`CASE WHEN (${labels}) < ${labelLimit} THEN ${name} ELSE ${otherLabel} END`
  const [made] = await tx
    .insert(applications)
    .values({ name, label })
    .onConflictDoNothing()
    .returning({ id: applications.id, label: applications.label })
  const application = made ?? (await find(tx, name))
  if (application === undefined) throw new Error("an application vanished while it was being registered")
  return application
}
