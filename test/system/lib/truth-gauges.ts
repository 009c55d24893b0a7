/** The observed half of the table: what is, by the rows that are there. */
import { labelLimit, type Pair } from "./truth.ts"

const alive = "(outcome IS NULL OR status = 'ROLLING_BACK')"
/** Ages grow between the reading of a gauge and our own look: by an interval of reading and one of scraping. */
const ageTolerance = 15
const lastWeek = "now() - interval '7 days'"

const lateRings = `SELECT coalesce(d.current_ring, 'LAB') AS ring, d.status, d.approval_expires_at, r.compliant_at,
    extract(epoch FROM now() - r.started_at) - r.held_seconds AS seconds,
    (SELECT max(at) FROM events e WHERE e.subject_id = d.id) AS told_at, r.started_at, r.measured_at,
    (SELECT (array_agg(p.policy ORDER BY p.version DESC))[1] FROM ring_policies p
      WHERE p.profile = 'demo' AND p.ring = d.current_ring AND p.version <= d.policy_version) AS policy
  FROM deployments d LEFT JOIN rollouts r ON r.deployment_id = d.id AND r.ring = d.current_ring
  WHERE ${alive} AND d.held_at IS NULL`

export const gaugePairs: readonly Pair[] = [
  {
    instrument: "deployment.active",
    promql: "deployment_active",
    sql: `SELECT status, coalesce(current_ring, 'LAB') AS ring, count(*) AS value FROM deployments WHERE ${alive} GROUP BY 1, 2`,
    counts: { table: "deployments", row: "status = 'AWAITING_CAB'" },
  },
  {
    instrument: "deployment.oldest_age",
    promql: "deployment_oldest_age_seconds",
    sql: `SELECT status, extract(epoch FROM now() - min(created_at)) AS value FROM deployments WHERE ${alive} GROUP BY 1`,
    counts: { table: "deployments", row: "status = 'DEPLOYING'", every: true },
    within: ageTolerance,
  },
  {
    instrument: "deployment.ring.devices",
    promql: "deployment_ring_devices",
    sql: `SELECT ring, 'targeted' AS state, sum(targeted) AS value FROM rollouts WHERE state = 'deploying' GROUP BY 1
      UNION ALL SELECT ring, 'pending', sum(pending) FROM rollouts WHERE state = 'deploying' GROUP BY 1
      UNION ALL SELECT ring, 'installed', sum(installed) FROM rollouts WHERE state = 'deploying' GROUP BY 1
      UNION ALL SELECT ring, 'failed', sum(failed) FROM rollouts WHERE state = 'deploying' GROUP BY 1`,
    counts: { table: "rollouts", row: "state = 'deploying'" },
  },
  {
    instrument: "deployment.ring.time_left",
    promql: "deployment_ring_time_left_seconds",
    sql: `SELECT ring, max(extract(epoch FROM measured_at - started_at) / (targeted - pending) * pending) AS value
      FROM rollouts WHERE state = 'deploying' AND pending < targeted GROUP BY 1`,
    counts: { table: "rollouts", row: "state = 'deploying'", every: true },
  },
  {
    instrument: "task.queue.depth",
    promql: "task_queue_depth",
    sql: `SELECT name AS task_name, state::text AS state, count(*) AS value FROM job
      WHERE state IN ('created', 'retry', 'active') GROUP BY 1, 2`,
    counts: { table: "job", row: "state = 'created'" },
  },
  {
    instrument: "task.queue.oldest_age",
    promql: "task_queue_oldest_age_seconds",
    sql: `SELECT name AS task_name, extract(epoch FROM now() - min(start_after)) AS value FROM job
      WHERE state IN ('created', 'retry') AND start_after <= now() GROUP BY 1`,
    counts: { table: "job", row: "state IN ('created', 'retry')", every: true },
    within: ageTolerance,
  },
  {
    instrument: "circuit_breaker.state",
    promql: "circuit_breaker_state",
    sql: `SELECT service, connector_type, CASE state WHEN 'CLOSED' THEN 0 WHEN 'HALF_OPEN' THEN 2 ELSE 1 END AS value
      FROM breakers`,
    counts: { table: "breakers", row: "state = 'ISOLATED'" },
    zeros: true,
  },
  {
    instrument: "connector.health",
    promql: "connector_health",
    sql: `SELECT connector_type, CASE WHEN healthy THEN 1 ELSE 0 END AS value FROM connector_health`,
    counts: { table: "connector_health", row: "healthy" },
    zeros: true,
  },
  {
    instrument: "connector.last_checked",
    promql: "connector_last_checked_seconds",
    sql: `SELECT connector_type, extract(epoch FROM checked_at) AS value FROM connector_health`,
    counts: { table: "connector_health", row: "true" },
  },
  {
    instrument: "drift",
    promql: "drift",
    sql: `SELECT d.connector_type, f.kind, count(*) AS value FROM drifts f JOIN deployments d ON d.id = f.deployment_id
      WHERE f.closed_at IS NULL GROUP BY 1, 2`,
    counts: { table: "drifts", row: "closed_at IS NULL" },
  },
  {
    instrument: "deployment.time_to_compliance",
    promql: "deployment_time_to_compliance_seconds",
    sql: `SELECT app_name, ring, extract(epoch FROM compliant_at - started_at) AS value FROM (
        SELECT a.label AS app_name, r.ring, r.compliant_at, r.started_at,
          rank() OVER (PARTITION BY a.label, r.ring ORDER BY r.started_at DESC) AS place
        FROM rollouts r JOIN deployments d ON d.id = r.deployment_id JOIN applications a ON a.id = d.application_id
        WHERE r.compliant_at > ${lastWeek}) ranked WHERE place = 1`,
    counts: { table: "rollouts", row: "compliant_at IS NOT NULL ORDER BY started_at DESC" },
  },
  {
    instrument: "promotion_gate.success_rate",
    promql: "promotion_gate_success_rate",
    sql: `SELECT ring, (count(*) FILTER (WHERE verdict = 'passed'))::float8
        / count(*) FILTER (WHERE verdict IN ('passed', 'failed')) AS value
      FROM gate_evaluations WHERE at > ${lastWeek} GROUP BY 1
      HAVING count(*) FILTER (WHERE verdict IN ('passed', 'failed')) > 0`,
    counts: { table: "gate_evaluations", row: "verdict = 'failed' AND ring = 'LAB'" },
    zeros: true,
  },
  {
    instrument: "deployment.overdue",
    promql: "deployment_overdue",
    sql: `WITH live AS (${lateRings})
      SELECT ring, 'approval' AS reason, count(*) AS value FROM live
        WHERE status = 'AWAITING_CAB' AND approval_expires_at <= now() GROUP BY 1
      UNION ALL SELECT ring, 'compliance', count(*) FROM live
        WHERE status = 'DEPLOYING' AND compliant_at IS NULL AND seconds > (policy ->> 'complianceLimitSeconds')::float8 GROUP BY 1
      UNION ALL SELECT ring, 'stuck', count(*) FROM live
        WHERE status IN ('DEPLOYING', 'ROLLING_BACK') AND greatest(told_at, started_at, measured_at)
          + make_interval(secs => 60 + 20 * (policy ->> 'pollIntervalSeconds')::float8) < now() GROUP BY 1`,
    counts: { table: "deployments", row: "status = 'AWAITING_CAB' AND approval_expires_at <= now()" },
  },
  {
    instrument: "event_chain.valid",
    promql: "event_chain_valid",
    sql: `SELECT count(*) AS value FROM event_check WHERE fault IS NULL AND checked_at > now() - interval '1 minute'`,
    counts: { table: "event_check", row: "true" },
    zeros: true,
  },
  {
    instrument: "telemetry.label_values",
    promql: "telemetry_label_values",
    sql: `SELECT 'app_name' AS attribute, count(DISTINCT label) AS value FROM applications WHERE label <> 'other'`,
    counts: { table: "applications", row: "label <> 'other'" },
  },
  {
    instrument: "telemetry.label_values_limit",
    promql: "telemetry_label_values_limit",
    sql: `SELECT 'app_name' AS attribute, ${labelLimit} AS value`,
    why: "the bound is a setting of the processes, APP_LABEL_LIMIT, and stands in no table",
  },
]
