import { type SQL, sql } from "drizzle-orm"
import type { ConnectorType } from "../connectors/types.ts"
import type { Database, Transaction } from "../db/client.ts"
import type { Ring } from "../rings/rings.ts"

/** A ring of an application and the completed deployment whose version should be on its devices. */
export interface Holding {
  readonly deploymentId: string
  readonly applicationId: string
  readonly appName: string
  readonly connectorType: ConnectorType
  readonly ring: Ring
  readonly version: string
  /** Devices that the roll-out did not reach when the ring passed. */
  readonly shortfall: number
  /** Since the ring was completed. Seconds. */
  readonly ageSeconds: number
  /** What put the version there last: the deployment, or the roll-back of a later one. */
  readonly reference: string
  readonly externalId: string | null
  /** Since a roll-back was handed to the back end, which tells no end of it; null where the version was deployed. Seconds. */
  readonly rolledBackSeconds: number | null
}

/** Of each application and ring the last deployment that completed and was not taken back there. */
const holders = sql`
  SELECT DISTINCT ON (d.application_id, r.ring)
    d.application_id, d.app_name, d.connector_type, d.version, r.deployment_id, r.ring, r.finished_at,
    r.targeted - r.installed AS shortfall
  FROM rollouts r JOIN deployments d ON d.id = r.deployment_id
  WHERE d.status = 'COMPLETED' AND r.state = 'succeeded'
  ORDER BY d.application_id, r.ring, r.started_at DESC`

/** A ring that a deployment on its way has entered: what should be there is not decided yet. */
const inFlux = sql`
  SELECT 1 FROM rollouts o JOIN deployments l ON l.id = o.deployment_id
  WHERE l.application_id = h.application_id AND o.ring = h.ring
    AND l.status IN ('DEPLOYING', 'ROLLING_BACK') AND o.state <> 'rolled_back'`

const lastEffect = sql`
  SELECT p.operation, p.reference, p.external_id, p.done_at
  FROM operations p JOIN deployments m ON m.id = p.deployment_id
  WHERE m.application_id = h.application_id AND p.ring = h.ring AND p.done_at IS NOT NULL
    AND (p.operation = 'rollback' OR p.deployment_id = h.deployment_id)
  ORDER BY p.done_at DESC LIMIT 1`

const select = (where: SQL) => sql`
  SELECT h.deployment_id AS "deploymentId", h.application_id AS "applicationId", h.app_name AS "appName",
    h.connector_type AS "connectorType", h.ring, h.version, h.shortfall,
    extract(epoch FROM now() - h.finished_at)::float8 AS "ageSeconds",
    e.reference, e.external_id AS "externalId",
    CASE e.operation WHEN 'rollback' THEN extract(epoch FROM now() - e.done_at)::float8 END AS "rolledBackSeconds"
  FROM (${holders}) h
  JOIN LATERAL (${lastEffect}) e ON true
  LEFT JOIN ring_checks c ON c.deployment_id = h.deployment_id AND c.ring = h.ring
  WHERE ${where} AND NOT EXISTS (${inFlux})
  ORDER BY c.begun_at NULLS FIRST`

type Row = Holding & Record<string, unknown>

/** What is to be looked at through one kind of back end, that which was not for the longest time first. */
export async function holdingsOf(db: Database, type: ConnectorType): Promise<readonly Holding[]> {
  return await db.execute<Row>(select(sql`h.connector_type = ${type}`))
}

/** Whether the deployment still holds the ring. The caller holds the application's lock. */
export async function stillHolds(tx: Transaction, { deploymentId, applicationId, ring }: Holding): Promise<boolean> {
  const mine = sql`h.application_id = ${applicationId} AND h.ring = ${ring} AND h.deployment_id = ${deploymentId}`
  return (await tx.execute<Row>(select(mine))).length > 0
}

/** Closes the drifts of rings that meanwhile belong to another deployment, or to none. */
export async function closeDisowned(db: Database): Promise<void> {
  await db.execute(sql`
    UPDATE drifts SET closed_at = now()
    WHERE closed_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM (${holders}) h WHERE h.deployment_id = drifts.deployment_id AND h.ring = drifts.ring)`)
}
