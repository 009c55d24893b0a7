import { type Reading, type RiskInput, readFactors, thousandths } from "./levels.ts"
import { isAssumed, missingEvidence } from "./missing.ts"
import type { RiskModel } from "./model.ts"

/** How much one factor adds to the score, and why. */
export interface AssessedFactor extends Reading {
  /** Points: weight × value. */
  readonly contribution: number
  /** Whether evidence for it is missing, so that the worst that it could be was taken. */
  readonly assumed: boolean
}

export interface Assessment {
  /** 0 to 100: the sum of the contributions, halves rounded up. */
  readonly score: number
  readonly modelVersion: string
  readonly requiresCab: boolean
  readonly factors: readonly AssessedFactor[]
  /** Paths of the evidence that was expected and is absent, such as `artifact.provenance`. */
  readonly missing: readonly string[]
}

/** Tooling that runs with more rights than any user goes to the board whatever it scores. */
const privileged: readonly string[] = ["service", "driver", "kernel"]

/**
 * Scores a deployment by a version of the model: the same input gives the same assessment for ever. Adds whole
 * thousandths of a point, so no order of addition and no float decides a rounding: 13.5 is 14, 61.5 is 62. The model's
 * own bounds keep the sum within 0 to 100. Missing evidence counts as the worst it could be, also for whether the
 * tooling is privileged. Throws AppError `evidence_blocked` for critical vulnerabilities without an exception.
 */
export function assess(model: RiskModel, input: RiskInput): Assessment {
  const factors = readFactors(model, input).map((reading): AssessedFactor => {
    const contribution = (reading.weight * thousandths(reading.value)) / 1000
    return { ...reading, contribution, assumed: isAssumed(reading.factor, input.evidence) }
  })
  const total = factors.reduce((sum, { weight, value }) => sum + weight * thousandths(value), 0)
  const score = Math.floor((total + 500) / 1000)
  return {
    score,
    modelVersion: model.version,
    requiresCab: score > model.thresholds.cab_above || factors.some(isPrivileged),
    factors,
    missing: missingEvidence(input.evidence),
  }
}

function isPrivileged({ factor, input }: Reading): boolean {
  return factor === "privilege_impact" && privileged.includes(input)
}
