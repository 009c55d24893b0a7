import { sql } from "drizzle-orm"
import type { Database } from "../db/client.ts"
import type { Domain } from "../domain.ts"
import { currentPolicies, type PolicyVersion } from "./policies.ts"
import type { Ring } from "./rings.ts"

/** Deployments of one ring that are shown one by one, the longest there first; the sums are over all. */
const shownPerRing = 20

/** A deployment in a ring, and how far it is there. */
export interface ActiveDeployment {
  readonly deploymentId: string
  readonly appName: string
  readonly version: string
  readonly status: "DEPLOYING" | "ROLLING_BACK"
  readonly held: boolean
  readonly targeted: number
  readonly pending: number
  readonly installed: number
  readonly failed: number
  readonly startedAt: Date
}

/** A ring with the policy in force and what is going on in it. */
export interface RingView {
  readonly ring: Ring
  readonly policy: PolicyVersion
  readonly active: {
    readonly deployments: number
    readonly targeted: number
    readonly pending: number
    readonly installed: number
    readonly failed: number
  }
  /** 20 at most. */
  readonly oldest: readonly ActiveDeployment[]
}

type Row = Omit<ActiveDeployment, "startedAt"> &
  Record<`all${"Deployments" | "Targeted" | "Pending" | "Installed" | "Failed"}`, number> & {
    readonly ring: Ring
    readonly startedAt: string
  }

/** Every ring, LAB first. */
export async function listRings({ db, ringProfile }: Pick<Domain, "db" | "ringProfile">): Promise<RingView[]> {
  const [policies, rows] = await Promise.all([currentPolicies(db, ringProfile), activeRows(db)])
  const byRing = Map.groupBy(rows, ({ ring }) => ring)
  return policies.map((policy) => ringView(policy, byRing.get(policy.ring) ?? []))
}

async function activeRows(db: Database): Promise<readonly Row[]> {
  return db.execute<Row & Record<string, unknown>>(sql`
    SELECT * FROM (
      SELECT r.ring, d.id AS "deploymentId", d.app_name AS "appName", d.version, d.status, d.held_at IS NOT NULL AS held,
        r.targeted, r.pending, r.installed, r.failed, r.started_at AS "startedAt",
        row_number() OVER (PARTITION BY r.ring ORDER BY r.started_at, d.id)::int AS place,
        (count(*) OVER all_of_ring)::int AS "allDeployments", (sum(r.targeted) OVER all_of_ring)::int AS "allTargeted",
        (sum(r.pending) OVER all_of_ring)::int AS "allPending", (sum(r.installed) OVER all_of_ring)::int AS "allInstalled",
        (sum(r.failed) OVER all_of_ring)::int AS "allFailed"
      FROM deployments d JOIN rollouts r ON r.deployment_id = d.id AND r.ring = d.current_ring
      WHERE d.status IN ('DEPLOYING', 'ROLLING_BACK') AND (d.outcome IS NULL OR d.status = 'ROLLING_BACK')
      WINDOW all_of_ring AS (PARTITION BY r.ring)) AS active
    WHERE place <= ${shownPerRing} ORDER BY place`)
}

function ringView(policy: PolicyVersion, rows: readonly Row[]): RingView {
  const [first] = rows
  return {
    ring: policy.ring,
    policy,
    active: {
      deployments: first?.allDeployments ?? 0,
      targeted: first?.allTargeted ?? 0,
      pending: first?.allPending ?? 0,
      installed: first?.allInstalled ?? 0,
      failed: first?.allFailed ?? 0,
    },
    oldest: rows.map(activeDeployment),
  }
}

function activeDeployment({ deploymentId, appName, version, status, held, startedAt, ...row }: Row): ActiveDeployment {
  const { targeted, pending, installed, failed } = row
  const counts = { targeted, pending, installed, failed }
  return { deploymentId, appName, version, status, held, ...counts, startedAt: new Date(startedAt) }
}
