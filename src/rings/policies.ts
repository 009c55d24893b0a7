import { and, desc, eq, lt, sql } from "drizzle-orm"
import type { Database, Transaction } from "../db/client.ts"
import { tokens } from "../db/schema.ts"
import { ringPolicies } from "../db/schema-gates.ts"
import type { Domain } from "../domain.ts"
import { appendEvents } from "../events/append.ts"
import { canonicalJson } from "../lib/canonical-json.ts"
import { AppError } from "../lib/errors.ts"
import type { Caller } from "../lib/principal.ts"
import type { RingPolicy, RingProfile } from "./policy.ts"
import { type Ring, rings } from "./rings.ts"

/** A policy as it was laid down, by whom and when; versions grow over all rings of all profiles. */
export interface PolicyVersion {
  readonly ring: Ring
  readonly version: number
  readonly policy: RingPolicy
  readonly createdBy: string
  readonly createdAt: Date
}

/** The versions that a change may build on, as an If-Match names them; `*` is any. */
export type ExpectedVersion = "*" | readonly number[]

const columns = {
  ring: ringPolicies.ring,
  version: ringPolicies.version,
  policy: ringPolicies.policy,
  createdBy: ringPolicies.createdBy,
  createdAt: ringPolicies.createdAt,
}

/** Serialises changes, so that versions are committed in the order of their numbers. */
const policyLock = sql`hashtextextended('ring-policies', 0)`

/** The policies in force, in the order of the rings. */
export async function currentPolicies(db: Database | Transaction, profile: RingProfile): Promise<PolicyVersion[]> {
  const rows = await db
    .selectDistinctOn([ringPolicies.ring], columns)
    .from(ringPolicies)
    .where(eq(ringPolicies.profile, profile))
    .orderBy(ringPolicies.ring, desc(ringPolicies.version))
  return rows.sort((a, b) => rings.indexOf(a.ring) - rings.indexOf(b.ring))
}

/** A ring's policies of before `before`, newest first; without it the first is the one in force. */
export function policyHistory(
  db: Database | Transaction,
  profile: RingProfile,
  ring: Ring,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<PolicyVersion[]> {
  const earlier = before === undefined ? undefined : lt(ringPolicies.version, before)
  return db
    .select(columns)
    .from(ringPolicies)
    .where(and(eq(ringPolicies.profile, profile), eq(ringPolicies.ring, ring), earlier))
    .orderBy(desc(ringPolicies.version))
    .limit(limit)
}

/** The policy of a ring that is in force now. */
export async function currentPolicy(
  db: Database | Transaction,
  profile: RingProfile,
  ring: Ring,
): Promise<PolicyVersion> {
  return seeded(await policyHistory(db, profile, ring, { limit: 1 }))
}

/**
 * What a deployment that began at `atVersion` is judged by: the ring's newest policy up to that version; null is the
 * newest of all. Where the profile was changed meanwhile and had none yet, it is its first.
 */
export async function policyFor(
  tx: Database | Transaction,
  profile: RingProfile,
  ring: Ring,
  atVersion: number | null,
): Promise<PolicyVersion> {
  if (atVersion === null) return currentPolicy(tx, profile, ring)
  const { version } = ringPolicies
  const rows = await tx
    .select(columns)
    .from(ringPolicies)
    .where(and(eq(ringPolicies.profile, profile), eq(ringPolicies.ring, ring)))
    .orderBy(sql`${version} > ${atVersion}`, sql`abs(${version} - ${atVersion})`)
    .limit(1)
  return seeded(rows)
}

/** The one number that names the policies of all rings as they are now. */
export async function newestVersion(tx: Database | Transaction, profile: RingProfile): Promise<number> {
  const rows = await tx
    .select({ version: ringPolicies.version })
    .from(ringPolicies)
    .where(eq(ringPolicies.profile, profile))
    .orderBy(desc(ringPolicies.version))
    .limit(1)
  return seeded(rows).version
}

/**
 * Lays down a ring's policy for deployments that start from now on. The same policy again changes nothing.
 * Throws AppError `precondition_required` without `expected`, `precondition_failed` when another policy is in force.
 */
export async function changePolicy(
  domain: Domain,
  caller: Caller,
  ring: Ring,
  policy: RingPolicy,
  expected: ExpectedVersion | undefined,
): Promise<PolicyVersion> {
  if (expected === undefined)
    throw new AppError("precondition_required", "If-Match has to name the version that is to be changed.")
  return domain.db.transaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${policyLock})`)
    const before = await currentPolicy(tx, domain.ringProfile, ring)
    if (expected !== "*" && !expected.includes(before.version))
      throw new AppError("precondition_failed", `Version ${before.version} of the policy of ${ring} is in force.`)
    const changed = differences(before.policy, policy)
    if (Object.keys(changed).length === 0) return before
    const [row] = await tx
      .insert(ringPolicies)
      .values({ profile: domain.ringProfile, ring, policy, createdBy: caller.principal.name })
      .returning(columns)
    if (row === undefined) throw new Error("an inserted policy was not returned")
    const data = { profile: domain.ringProfile, ring, version: row.version, previousVersion: before.version, changed }
    await record(tx, caller, data)
    return row
  })
}

/** The story of whoever changed it: a principal's chain is held by the token's row. */
async function record(tx: Transaction, caller: Caller, data: Readonly<Record<string, unknown>>): Promise<void> {
  const { tokenId, name } = caller.principal
  await tx.select({ id: tokens.id }).from(tokens).where(eq(tokens.id, tokenId)).for("no key update")
  const context = { subjectType: "principal", subjectId: tokenId, principal: name } as const
  await appendEvents(tx, { ...context, correlationId: caller.correlationId }, [{ type: "POLICY_CHANGED", data }])
}

/** What is another value than before, field by field. */
function differences(before: RingPolicy, after: RingPolicy): Record<string, { from: unknown; to: unknown }> {
  const fields = Object.keys(after) as (keyof RingPolicy)[]
  const changed = fields.filter((field) => canonicalJson(before[field] ?? null) !== canonicalJson(after[field]))
  return Object.fromEntries(changed.map((field) => [field, { from: before[field] ?? null, to: after[field] }]))
}

function seeded<T>([row]: readonly T[]): T {
  if (row === undefined) throw new Error("no ring policy has been seeded: run the migration")
  return row
}
