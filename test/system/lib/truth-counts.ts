/** The counted half of the table: what happened, by the rows that it left. */
import { rings } from "../../../src/rings/rings.ts"
import type { Pair } from "./truth.ts"

const steps = rings.slice(1).map((next, index) => `(${index + 1}, '${rings[index]}', '${next}')`)
const ringArray = `ARRAY[${rings.map((ring) => `'${ring}'`)}]`
const seconds = (until: string, since: string) => `extract(epoch FROM ${until} - ${since})`
/** Decisions are timed by the clock of the process, in whole milliseconds. */
const whole = (moment: string) => `date_trunc('milliseconds', ${moment})`

export const countPairs: readonly Pair[] = [
  {
    instrument: "deployment",
    promql: "deployment_total",
    sql: `SELECT a.label AS app_name, d.target_ring AS ring, d.outcome AS status, d.requires_cab::text AS requires_cab,
        count(*) AS value
      FROM deployments d JOIN applications a ON a.id = d.application_id WHERE d.outcome IS NOT NULL GROUP BY 1, 2, 3, 4`,
    counts: { table: "deployments", row: "outcome = 'ROLLED_BACK'" },
  },
  {
    instrument: "deployment.submitted",
    promql: "deployment_submitted_total",
    sql: `SELECT target_ring AS ring, requires_cab::text AS requires_cab, count(*) AS value FROM deployments GROUP BY 1, 2`,
    counts: { table: "deployments", row: "true" },
  },
  {
    instrument: "deployment.rollback",
    promql: "deployment_rollback_total",
    sql: `SELECT d.target_ring AS ring, e.data ->> 'trigger' AS trigger, count(*) AS value
      FROM events e JOIN deployments d ON d.id = e.subject_id WHERE e.type = 'ROLLBACK_INITIATED' GROUP BY 1, 2`,
    counts: { table: "events", row: "type = 'ROLLBACK_INITIATED'" },
  },
  {
    instrument: "deployment.duration",
    promql: "deployment_duration_seconds",
    sql: `SELECT a.label AS app_name, d.target_ring AS ring, d.outcome AS status,
        greatest(0, ${seconds("d.finished_at", "d.started_at")}::float8 - d.idle_seconds) AS value
      FROM deployments d JOIN applications a ON a.id = d.application_id
      WHERE d.started_at IS NOT NULL AND d.outcome IS NOT NULL`,
    counts: { table: "deployments", row: "started_at IS NOT NULL AND outcome = 'COMPLETED'" },
  },
  {
    instrument: "deployment.approval.wait",
    promql: "deployment_approval_wait_seconds",
    sql: `SELECT d.target_ring AS ring, coalesce(e.data ->> 'decision', 'approved') AS decision,
        ${seconds(whole("e.at"), whole("d.created_at"))} AS value
      FROM events e JOIN deployments d ON d.id = e.subject_id
      WHERE e.type = 'CAB_REJECTED' OR (e.type = 'DEPLOYMENT_APPROVED' AND e.data ->> 'automatic' = 'false')`,
    counts: { table: "events", row: "type = 'CAB_REJECTED'" },
  },
  {
    instrument: "deployment.lead_time",
    promql: "deployment_lead_time_seconds",
    sql: `SELECT target_ring AS ring, ${seconds("finished_at", "created_at")} AS value FROM deployments
      WHERE outcome = 'COMPLETED'`,
    counts: { table: "deployments", row: "outcome = 'COMPLETED'" },
  },
  {
    instrument: "deployment.time_to_restore",
    promql: "deployment_time_to_restore_seconds",
    sql: `SELECT target_ring AS ring, ${seconds("restored_at", "broken_at")} AS value FROM deployments
      WHERE restored_at IS NOT NULL`,
    counts: { table: "deployments", row: "restored_at IS NOT NULL" },
  },
  {
    instrument: "risk_score.distribution",
    promql: "risk_score_distribution",
    sql: `SELECT requires_cab::text AS requires_cab, risk_score AS value FROM deployments`,
    counts: { table: "deployments", row: "requires_cab" },
  },
  {
    instrument: "ring.promotion",
    promql: "ring_promotion_total",
    sql: `SELECT data ->> 'from' AS from_ring, data ->> 'to' AS to_ring, 'promoted' AS status, count(*) AS value
      FROM events WHERE type = 'RING_PROMOTED' GROUP BY 1, 2
      UNION ALL
      SELECT g.ring, step.next, CASE g.verdict WHEN 'failed' THEN 'blocked' ELSE 'inconclusive' END, count(*)
      FROM gate_evaluations g JOIN deployments d ON d.id = g.deployment_id
      JOIN (VALUES ${steps}) AS step (position, ring, next)
        ON step.ring = g.ring AND step.position < array_position(${ringArray}, d.target_ring)
      WHERE g.verdict <> 'passed' GROUP BY 1, 2, 3`,
    counts: { table: "events", row: "type = 'RING_PROMOTED'" },
  },
  {
    instrument: "promotion_gate.evaluation",
    promql: "promotion_gate_evaluation_total",
    sql: `SELECT ring, verdict, reason, count(*) AS value FROM gate_evaluations GROUP BY 1, 2, 3`,
    counts: { table: "gate_evaluations", row: "verdict = 'failed'" },
  },
  {
    instrument: "circuit_breaker.failures",
    promql: "circuit_breaker_failures_total",
    sql: `SELECT attributes::json ->> 'service' AS service, attributes::json ->> 'connector_type' AS connector_type,
        attributes::json ->> 'error_type' AS error_type, sum AS value
      FROM metric_points WHERE instance = 'durable' AND instrument = 'circuit_breaker.failures'`,
    counts: { table: "metric_points", row: "instrument = 'circuit_breaker.failures' AND sum > 0" },
    why: "a failure that a success follows is forgotten by the breaker's row, and is kept in this count alone",
  },
  {
    // Whatever leads into HALF_OPEN is no event, for what comes of it is one: who left it, or is in it, has entered it.
    instrument: "circuit_breaker.transitions",
    promql: "circuit_breaker_transitions_total",
    sql: `WITH told AS (
        SELECT data ->> 'service' AS service, data ->> 'connectorType' AS connector_type, data ->> 'from' AS "from",
          CASE type WHEN 'BREAKER_OPENED' THEN 'OPEN' WHEN 'BREAKER_ISOLATED' THEN 'ISOLATED' ELSE 'CLOSED' END AS "to"
        FROM events WHERE type IN ('BREAKER_OPENED', 'BREAKER_CLOSED', 'BREAKER_ISOLATED', 'BREAKER_RESET')),
      changes AS (
        SELECT * FROM told WHERE "from" <> "to"
        UNION ALL SELECT service, connector_type, 'OPEN', 'HALF_OPEN' FROM told WHERE "from" = 'HALF_OPEN'
        UNION ALL SELECT service, connector_type, 'OPEN', 'HALF_OPEN' FROM breakers WHERE state = 'HALF_OPEN')
      SELECT service, connector_type, "from", "to", count(*) AS value FROM changes GROUP BY 1, 2, 3, 4`,
    counts: { table: "events", row: "type = 'BREAKER_OPENED'" },
  },
]
