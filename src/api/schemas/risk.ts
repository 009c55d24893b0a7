import { z } from "@hono/zod-openapi"
import { approvalTier } from "../../approvals/tiers.ts"
import type { RiskQuestion } from "../../risk/assess-deployment.ts"
import { smallToolEvidence } from "../../risk/examples.ts"
import { type FactorName, type RiskModel, riskModelV1 } from "../../risk/model.ts"
import type { AssessedFactor, Assessment } from "../../risk/score.ts"
import { keysOf } from "../keys-of.ts"
import { newDeploymentSchema } from "./deployment-input.ts"

const factorNames = keysOf(riskModelV1.factors) satisfies readonly FactorName[]
const modelVersion = z
  .string()
  .regex(/^\d{1,4}\.\d{1,4}$/, "must be two numbers with a dot between them")
  .openapi({ description: "Version of the model; versions never change", example: "1.0" })

/** A new deployment's body, of which only what makes the score has to be there. */
export const riskQuestionSchema = newDeploymentSchema
  .partial({ version: true, connector_type: true })
  .openapi("RiskQuestion")

export const riskQuestionExample: z.input<typeof riskQuestionSchema> = {
  app_name: "Notepad++",
  target_ring: "LAB",
  evidence: smallToolEvidence,
}

const assessedFactorSchema = z
  .object({
    factor: z.enum(factorNames).openapi({ example: "data_access" }),
    input: z.string().openapi({ description: "The level of the model that it falls into", example: "reads_documents" }),
    value: z.number().openapi({ description: "What that level is worth, 0 to 1", example: 0.4 }),
    weight: z.int().openapi({ example: 10 }),
    contribution: z.number().openapi({ description: "Points: weight × value", example: 4 }),
    assumed: z
      .boolean()
      .openapi({ description: "Evidence for it is missing, and the worst that it could be was taken" }),
  })
  .openapi("AssessedFactor")

export const assessmentSchema = z
  .object({
    score: z.int().min(0).max(100).openapi({ description: "Sum of the contributions, halves rounded up", example: 25 }),
    model_version: modelVersion,
    requires_cab: z.boolean().openapi({ description: "Whether people have to approve" }),
    approvals_required: z.int().min(0).max(2).openapi({ example: 0 }),
    control_required: z.boolean().openapi({ description: "Whether an approval has to name a compensating control" }),
    factors: z.array(assessedFactorSchema),
    missing: z
      .array(z.string())
      .openapi({ description: "Evidence that is expected and absent", example: ["artifact.provenance"] }),
  })
  .openapi("RiskAssessment")

export const riskModelQuery = z.strictObject({ version: modelVersion.optional() })

const factorModelSchema = z
  .object({
    factor: z.enum(factorNames),
    weight: z.int(),
    values: z.record(z.string(), z.number()).openapi({ description: "What each level is worth, 0 to 1" }),
  })
  .openapi("RiskModelFactor")

export const riskModelSchema = z
  .object({
    version: modelVersion,
    factors: z.array(factorModelSchema).openapi({ description: "Their weights add up to 100" }),
    thresholds: z.object({
      cab_above: z.int().openapi({ description: "Scores above it have to be approved" }),
      quick_below_minutes: z.number(),
      moderate_up_to_minutes: z.number(),
      excellent_above: z.number().openapi({ description: "Success rate of earlier roll-outs, 0 to 1" }),
      good_from: z.number(),
      fair_from: z.number(),
      critical_cohort_multiplier: z.number().openapi({ description: "Of the blast radius, at most to 1" }),
    }),
  })
  .openapi("RiskModel")

export function toRiskQuestion(body: z.output<typeof riskQuestionSchema>): RiskQuestion {
  return { appName: body.app_name, targetRing: body.target_ring, evidence: body.evidence }
}

export function assessmentBody(assessment: Assessment): z.input<typeof assessmentSchema> {
  const { approvals, controlRequired } = approvalTier(assessment)
  return {
    score: assessment.score,
    model_version: assessment.modelVersion,
    requires_cab: assessment.requiresCab,
    approvals_required: approvals,
    control_required: controlRequired,
    factors: assessment.factors.map(factorBody),
    missing: [...assessment.missing],
  }
}

function factorBody(assessed: AssessedFactor): z.input<typeof assessedFactorSchema> {
  const { factor, input, value, weight, contribution, assumed } = assessed
  return { factor, input, value, weight, contribution, assumed }
}

export function riskModelBody({ version, factors, thresholds }: RiskModel): z.input<typeof riskModelSchema> {
  const served = factorNames.map((factor) => ({
    factor,
    weight: factors[factor].weight,
    values: { ...factors[factor].values },
  }))
  return { version, factors: served, thresholds: { ...thresholds } }
}
