import type postgres from "postgres"
import { connectorTypes } from "../connectors/types.ts"
import { driftKinds } from "../drift/types.ts"
import type { RingProfile } from "../rings/policy.ts"
import { rings } from "../rings/rings.ts"
import { taskNames } from "../tasks/queues.ts"
import { bounded, type Observed, observed } from "./durable/definition.ts"
import { gateGauges, judgedGauges } from "./gate-gauges.ts"
import { reading } from "./reading.ts"

/** What can be seen in the tables at any moment: read by the elected process, the same for everybody. */
const live = ["AWAITING_CAB", "APPROVED", "PENDING", "DEPLOYING", "ROLLING_BACK"] as const
const deviceStates = ["targeted", "pending", "installed", "failed"] as const
const taskStates = ["created", "retry", "active"] as const
const otherLabel = "other"

/** Those that have not ended, in the words of the index `deployments_live`. */
const alive = (sql: postgres.Sql) => sql`(d.outcome IS NULL OR d.status = 'ROLLING_BACK')`

const deploymentActive = observed({
  name: "deployment.active",
  unit: "{deployment}",
  description:
    "Deployments that have not ended, by status and current ring (the first one before they start), zeros included.",
  attributes: { status: live, ring: rings },
  read: reading(
    (sql) => sql`
      SELECT s.status, r.ring, count(d.id) AS value
      FROM unnest(${[...live]}::text[]) AS s (status) CROSS JOIN unnest(${[...rings]}::text[]) AS r (ring)
      LEFT JOIN deployments d ON d.status = s.status AND coalesce(d.current_ring, ${rings[0]}) = r.ring AND ${alive(sql)}
      GROUP BY s.status, r.ring`,
  ),
})

const deploymentOldestAge = observed({
  name: "deployment.oldest_age",
  unit: "s",
  description: "Age of the oldest deployment in each status that has not ended; 0 when there is none.",
  attributes: { status: live },
  read: reading(
    (sql) => sql`
      SELECT s.status, coalesce(extract(epoch FROM now() - min(d.created_at)), 0) AS value
      FROM unnest(${[...live]}::text[]) AS s (status) LEFT JOIN deployments d ON d.status = s.status AND ${alive(sql)}
      GROUP BY s.status`,
  ),
})

const deploymentRingDevices = observed({
  name: "deployment.ring.devices",
  unit: "{device}",
  description: "Devices of the roll-outs that are going on, by ring and state.",
  attributes: { ring: rings, state: deviceStates },
  read: reading(
    (sql) => sql`
      SELECT r.ring, counted.state, sum(counted.value) AS value
      FROM rollouts r CROSS JOIN LATERAL (VALUES
        ('targeted', r.targeted), ('pending', r.pending), ('installed', r.installed), ('failed', r.failed)
      ) AS counted (state, value)
      WHERE r.state = 'deploying' GROUP BY r.ring, counted.state`,
  ),
})

/** Of each by itself: a sum of all would change its pace whenever one of them begins or ends. */
const deploymentRingTimeLeft = observed({
  name: "deployment.ring.time_left",
  unit: "s",
  description:
    "How long the slowest of the ring's roll-outs that are going on still took when it was last measured, at its own mean pace; none before a device answered.",
  attributes: { ring: rings },
  read: reading(
    (sql) => sql`
      SELECT ring, max(extract(epoch FROM measured_at - started_at) * pending / (targeted - pending)) AS value
      FROM rollouts WHERE state = 'deploying' AND targeted > pending AND measured_at > started_at GROUP BY ring`,
  ),
})

const taskQueueDepth = observed({
  name: "task.queue.depth",
  unit: "{task}",
  description: "Tasks that have not ended, by name and state; created ones may be due later.",
  attributes: { task_name: taskNames, state: taskStates },
  read: reading(
    (sql) => sql`
      SELECT n.task_name, s.state, count(j.id) AS value
      FROM unnest(${[...taskNames]}::text[]) AS n (task_name) CROSS JOIN unnest(${[...taskStates]}::text[]) AS s (state)
      LEFT JOIN tasks.job j ON j.name = n.task_name AND j.state <= 'active' AND j.state::text = s.state
      GROUP BY n.task_name, s.state`,
  ),
})

const taskQueueOldestAge = observed({
  name: "task.queue.oldest_age",
  unit: "s",
  description: "How long the oldest runnable task has waited; 0 when there is none.",
  attributes: { task_name: taskNames },
  read: reading(
    (sql) => sql`
      SELECT task_name, coalesce(extract(epoch FROM now() - min(j.start_after)), 0) AS value
      FROM unnest(${[...taskNames]}::text[]) AS task_name
      LEFT JOIN tasks.job j ON j.name = task_name AND j.state < 'active' AND j.start_after <= now()
      GROUP BY task_name`,
  ),
})

export const circuitBreakerState = observed({
  name: "circuit_breaker.state",
  unit: "",
  description: "State of each back end's circuit breaker: 0 CLOSED, 1 OPEN or ISOLATED, 2 HALF_OPEN.",
  attributes: { service: bounded, connector_type: connectorTypes },
  read: reading(
    (sql) => sql`
      SELECT service, connector_type, CASE state WHEN 'CLOSED' THEN 0 WHEN 'HALF_OPEN' THEN 2 ELSE 1 END AS value
      FROM breakers`,
  ),
})

const connectorHealth = observed({
  name: "connector.health",
  unit: "",
  description: "Whether the last probe of each configured back end found it healthy: 1 yes, 0 no.",
  attributes: { connector_type: connectorTypes },
  read: reading(
    (sql) => sql`
      SELECT connector_type, healthy::int AS value FROM connector_health WHERE configured AND healthy IS NOT NULL`,
  ),
})

const connectorLastChecked = observed({
  name: "connector.last_checked",
  unit: "s",
  description:
    "When the last probe of each configured back end ended, in seconds since 1970: what is stale is not healthy.",
  attributes: { connector_type: connectorTypes },
  read: reading(
    (sql) => sql`
      SELECT connector_type, extract(epoch FROM checked_at) AS value
      FROM connector_health WHERE configured AND checked_at IS NOT NULL`,
  ),
})

const drift = observed({
  name: "drift",
  unit: "",
  description:
    "Open drifts: rings in which a back end says something else than the last completed deployment left there.",
  attributes: { connector_type: connectorTypes, kind: driftKinds },
  read: reading(
    (sql) => sql`
      WITH open AS (
        SELECT d.connector_type, f.kind FROM drifts f JOIN deployments d ON d.id = f.deployment_id WHERE f.closed_at IS NULL)
      SELECT c.connector_type, k.kind, count(open.kind) AS value
      FROM unnest(${[...connectorTypes]}::text[]) AS c (connector_type) CROSS JOIN unnest(${[...driftKinds]}::text[]) AS k (kind)
      LEFT JOIN open ON open.connector_type = c.connector_type AND open.kind = k.kind
      GROUP BY c.connector_type, k.kind`,
  ),
})

const telemetryLabelValues = observed({
  name: "telemetry.label_values",
  unit: "",
  description: "Values in use of a label that is bounded; the rest share `other`.",
  attributes: { attribute: ["app_name"] },
  read: reading(
    (sql) => sql`SELECT 'app_name' AS attribute, count(*) AS value FROM applications WHERE label <> ${otherLabel}`,
  ),
})

const eventChainValid = observed({
  name: "event_chain.valid",
  unit: "",
  description:
    "1 while the running check of the events' chain and blocks holds; 0 once it found a fault, or was not made for a minute.",
  attributes: {},
  read: reading(
    (sql) => sql`
      SELECT (fault IS NULL AND checked_at > now() - interval '1 minute')::int AS value FROM event_check`,
  ),
})

/** The bound on a label's values, beside how many are in use. `limit` is the configured number of application labels. */
function telemetryLabelLimit(limit: number) {
  return observed({
    name: "telemetry.label_values_limit",
    unit: "",
    description: "Values that a bounded label may have.",
    attributes: { attribute: ["app_name"] },
    read: async () => [{ attributes: { attribute: "app_name" }, value: limit }],
  })
}

/** What a gauge says of demo data: nothing while there is none, or zeros would be told of it for ever. */
const whileSeeded = (gauge: Observed): Observed => ({
  ...gauge,
  read: async (sql) => ((await sql`SELECT FROM demo.seed`).length > 0 ? gauge.read(sql) : []),
})

/** The gauges that demo data has, read with its tables before the real ones. */
export function demoGauges(): readonly Observed[] {
  const ofRollouts = [deploymentRingDevices, deploymentRingTimeLeft]
  return [deploymentActive, deploymentOldestAge, ...ofRollouts, ...judgedGauges()].map(whileSeeded)
}

/** Every gauge of the shared state, by the policies of a profile. */
export function domainGauges(labelLimit: number, profile: RingProfile) {
  return [
    deploymentActive,
    deploymentOldestAge,
    deploymentRingDevices,
    deploymentRingTimeLeft,
    taskQueueDepth,
    taskQueueOldestAge,
    circuitBreakerState,
    connectorHealth,
    connectorLastChecked,
    drift,
    ...gateGauges(profile),
    eventChainValid,
    telemetryLabelValues,
    telemetryLabelLimit(labelLimit),
  ]
}
