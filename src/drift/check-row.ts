import { and, eq, sql } from "drizzle-orm"
import type { Database, Transaction } from "../db/client.ts"
import { ringChecks } from "../db/schema-drift.ts"
import type { Floor } from "./compare.ts"
import type { Holding } from "./holdings.ts"

/** A look at a ring that has begun; what comes of it counts only while no newer one has. */
export interface Check {
  readonly sequence: number
}

const of = ({ deploymentId, ring }: Holding) =>
  and(eq(ringChecks.deploymentId, deploymentId), eq(ringChecks.ring, ring))

export async function beginCheck(db: Database, { deploymentId, ring }: Holding): Promise<Check> {
  const [check] = await db
    .insert(ringChecks)
    .values({ deploymentId, ring })
    .onConflictDoUpdate({
      target: [ringChecks.deploymentId, ringChecks.ring],
      set: { sequence: sql`${ringChecks.sequence} + 1`, begunAt: sql`now()` },
    })
    .returning({ sequence: ringChecks.sequence })
  if (check === undefined) throw new Error("an upserted row was not returned")
  return check
}

/** Locks the check's row and answers the floor so far; undefined when a newer check has begun. */
export async function lockCheck(tx: Transaction, holding: Holding, { sequence }: Check) {
  const [row] = await tx
    .select()
    .from(ringChecks)
    .where(and(of(holding), eq(ringChecks.sequence, sequence)))
    .for("no key update")
  if (row === undefined) return undefined
  const { fewestWrong, fewestWithout } = row
  const known = fewestWrong !== null && fewestWithout !== null
  return { floor: known ? { wrong: fewestWrong, without: fewestWithout } : undefined }
}

/** Writes the floor and whether devices are pending; answers for how long some have been, without a break. Seconds. */
export async function writeCheck(
  tx: Transaction,
  holding: Holding,
  floor: Floor | undefined,
  pending: number,
): Promise<number> {
  const [row] = await tx
    .update(ringChecks)
    .set({
      ...(floor && { fewestWrong: floor.wrong, fewestWithout: floor.without }),
      pendingSince: pending > 0 ? sql`coalesce(${ringChecks.pendingSince}, now())` : null,
    })
    .where(of(holding))
    .returning({ seconds: sql<number>`coalesce(extract(epoch FROM now() - pending_since), 0)::float8` })
  return row?.seconds ?? 0
}
