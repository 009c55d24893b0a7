import { breakerStates, breakerTransitions, countedErrorTypes } from "../breaker/types.ts"
import { connectorTypes } from "../connectors/types.ts"
import { deploymentOutcomes } from "../deployments/types.ts"
import { gateOutcomes, gateReasons, gateVerdicts } from "../rings/gate.ts"
import { rings } from "../rings/rings.ts"
import { bounded, counter, histogram } from "./durable/definition.ts"

/** What is counted of the domain: recorded in the transaction that makes it true, and so equal to the tables. */

const cab = ["true", "false"] as const
const minute = 60
const hour = 3_600
const day = 86_400

/** Seconds from one to a week. The first eight boundaries are the predecessor's. */
const workBoundaries = [1, 5, 10, 30, 60, 300, 600, 1_800, hour, 4 * hour, day, 7 * day]
const waitBoundaries = [minute, 10 * minute, hour, 4 * hour, day, 2 * day, 4 * day, 7 * day]

export const deploymentTotal = counter({
  name: "deployment",
  unit: "{deployment}",
  description: "Deployments by their first outcome; a later roll-back changes nothing here.",
  attributes: { app_name: bounded, ring: rings, status: deploymentOutcomes, requires_cab: cab },
})

export const deploymentSubmitted = counter({
  name: "deployment.submitted",
  unit: "{deployment}",
  description: "Deployments submitted, by target ring.",
  attributes: { ring: rings, requires_cab: cab },
})

export const deploymentRollback = counter({
  name: "deployment.rollback",
  unit: "{rollback}",
  description: "Roll-backs begun, also of completed deployments, by target ring.",
  attributes: { ring: rings, trigger: ["manual", "gate", "tasks", "incident"] },
})

export const deploymentDuration = histogram({
  name: "deployment.duration",
  unit: "s",
  description:
    "Work of deployments that reached DEPLOYING and ended: from DEPLOYING to the first outcome, less waiting, soak and holds.",
  attributes: { app_name: bounded, ring: rings, status: deploymentOutcomes },
  boundaries: workBoundaries,
})

export const deploymentLeadTime = histogram({
  name: "deployment.lead_time",
  unit: "s",
  description: "From submission to COMPLETED.",
  attributes: { ring: rings },
  boundaries: waitBoundaries,
})

export const deploymentApprovalWait = histogram({
  name: "deployment.approval.wait",
  unit: "s",
  description: "From submission to the decision of the approvers, or to the end of their time.",
  attributes: { ring: rings, decision: ["approved", "rejected", "expired"] },
  boundaries: waitBoundaries,
})

export const deploymentTimeToRestore = histogram({
  name: "deployment.time_to_restore",
  unit: "s",
  description:
    "From a deployment's end as FAILED or ROLLED_BACK to its application's next COMPLETED one, by its target ring.",
  attributes: { ring: rings },
  boundaries: waitBoundaries,
})

export const riskScoreDistribution = histogram({
  name: "risk_score.distribution",
  unit: "",
  description: "Risk scores of submitted deployments.",
  attributes: { requires_cab: cab },
  boundaries: [10, 25, 50, 75, 90, 100],
})

export const ringPromotion = counter({
  name: "ring.promotion",
  unit: "{promotion}",
  description: "Decisions on going from one ring to the next.",
  attributes: { from_ring: rings, to_ring: rings, status: ["promoted", "blocked", "inconclusive"] },
})

export const promotionGateEvaluation = counter({
  name: "promotion_gate.evaluation",
  unit: "{evaluation}",
  description: "What promotion gates said, by ring and reason.",
  attributes: { ring: rings, verdict: gateVerdicts, reason: gateReasons },
  known: rings.flatMap((ring) => gateOutcomes.map((outcome) => ({ ring, ...outcome }))),
})

/** A back end without a name of its own has its type's. */
const breakerLabels = connectorTypes.map((type) => ({ service: type, connector_type: type }))

export const circuitBreakerFailures = counter({
  name: "circuit_breaker.failures",
  unit: "{failure}",
  description: "Failures of back ends that count towards opening their circuit breaker.",
  attributes: { service: bounded, connector_type: connectorTypes, error_type: countedErrorTypes },
  known: breakerLabels.flatMap((labels) => countedErrorTypes.map((error_type) => ({ ...labels, error_type }))),
})

export const circuitBreakerTransitions = counter({
  name: "circuit_breaker.transitions",
  unit: "{transition}",
  description: "Changes of state of circuit breakers.",
  attributes: { service: bounded, connector_type: connectorTypes, from: breakerStates, to: breakerStates },
  known: breakerLabels.flatMap((labels) =>
    breakerStates.flatMap((from) => breakerTransitions[from].map((to) => ({ ...labels, from, to }))),
  ),
})

export const domainCounts = [
  deploymentTotal,
  deploymentSubmitted,
  deploymentRollback,
  deploymentDuration,
  deploymentApprovalWait,
  deploymentLeadTime,
  deploymentTimeToRestore,
  riskScoreDistribution,
  ringPromotion,
  promotionGateEvaluation,
  circuitBreakerFailures,
  circuitBreakerTransitions,
] as const

/** The same where demo data is counted: none of it is known beforehand, so that there are no series without it. */
export const demoCounts = domainCounts.map((instrument) => ({ ...instrument, known: [] }))
