import type { RingProfile } from "../rings/policy.ts"
import { rings } from "../rings/rings.ts"
import { bounded, observed } from "./durable/definition.ts"
import { readEvery, reading } from "./reading.ts"

/** So long they look back that tell of what has been. */
const window = "7 days"
const windowReadSeconds = 15

const timeToCompliance = () =>
  observed({
    name: "deployment.time_to_compliance",
    unit: "s",
    description:
      "Of each application's last roll-out in a ring, within seven days: from the ring's start to the success rate over the gate's.",
    attributes: { ring: rings, app_name: bounded },
    read: readEvery(
      windowReadSeconds,
      reading(
        (sql) => sql`
        SELECT DISTINCT ON (a.label, r.ring) a.label AS app_name, r.ring,
          extract(epoch FROM r.compliant_at - r.started_at) AS value
        FROM rollouts r JOIN deployments d ON d.id = r.deployment_id JOIN applications a ON a.id = d.application_id
        WHERE r.compliant_at > now() - ${window}::interval ORDER BY a.label, r.ring, r.started_at DESC`,
      ),
    ),
  })

const promotionGateSuccessRate = () =>
  observed({
    name: "promotion_gate.success_rate",
    unit: "",
    description: "Passed ÷ (passed + failed) of the gates' verdicts of seven days; absent where there were none.",
    attributes: { ring: rings },
    read: readEvery(
      windowReadSeconds,
      reading(
        (sql) => sql`
        SELECT ring, avg((verdict = 'passed')::int) AS value FROM gate_evaluations
        WHERE at > now() - ${window}::interval AND verdict <> 'inconclusive' GROUP BY ring`,
      ),
    ),
  })

const overdueReasons = ["stuck", "compliance", "approval"] as const

/**
 * stuck: nobody has written about a ring, or a roll-back, for twenty polls and a minute. compliance: a ring does not
 * comply beyond its limit, holds left out. approval: the approvers' time is over and nobody has ended it.
 */
function deploymentOverdue(profile: RingProfile) {
  return observed({
    name: "deployment.overdue",
    unit: "{deployment}",
    description: "Deployments beyond their own limits, by current ring (the first one before they start) and limit.",
    attributes: { ring: rings, reason: overdueReasons },
    read: reading(
      (sql) => sql`
        WITH live AS (
          SELECT d.status, coalesce(d.current_ring, ${rings[0]}) AS ring, r.compliant_at,
            d.approval_expires_at <= now() AS expired,
            extract(epoch FROM now() - r.started_at) - r.held_seconds AS elapsed,
            extract(epoch FROM now() - greatest(r.started_at, r.measured_at,
              (SELECT at FROM events e WHERE e.subject_type = 'deployment' AND e.subject_id = d.id
                ORDER BY e.sequence DESC LIMIT 1))) AS silent,
            (p.policy ->> 'complianceLimitSeconds')::float8 AS compliance_limit,
            (p.policy ->> 'pollIntervalSeconds')::float8 * 20 + 60 AS silence_limit
          FROM deployments d
          LEFT JOIN rollouts r ON r.deployment_id = d.id AND r.ring = d.current_ring
          LEFT JOIN LATERAL (
            SELECT policy FROM ring_policies p
            WHERE p.profile = ${profile} AND p.ring = d.current_ring AND p.version <= coalesce(d.policy_version, p.version)
            ORDER BY p.version DESC LIMIT 1) p ON true
          WHERE (d.outcome IS NULL OR d.status = 'ROLLING_BACK') AND d.held_at IS NULL),
        late AS (
          SELECT ring, 'stuck' AS reason FROM live WHERE status IN ('DEPLOYING', 'ROLLING_BACK') AND silent > silence_limit
          UNION ALL
          SELECT ring, 'compliance' FROM live
            WHERE status = 'DEPLOYING' AND compliant_at IS NULL AND elapsed > compliance_limit
          UNION ALL
          SELECT ring, 'approval' FROM live WHERE status = 'AWAITING_CAB' AND expired)
        SELECT r.ring, w.reason, count(late.ring) AS value
        FROM unnest(${[...rings]}::text[]) AS r (ring) CROSS JOIN unnest(${[...overdueReasons]}::text[]) AS w (reason)
        LEFT JOIN late ON late.ring = r.ring AND late.reason = w.reason
        GROUP BY r.ring, w.reason`,
    ),
  })
}

/** How gates have decided. Made anew for each reader, for they keep what they read for a while. */
export const judgedGauges = () => [timeToCompliance(), promotionGateSuccessRate()] as const

/** How gates decide, and who is beyond their limits. */
export const gateGauges = (profile: RingProfile) => [...judgedGauges(), deploymentOverdue(profile)] as const
