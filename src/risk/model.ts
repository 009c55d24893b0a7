import { z } from "@hono/zod-openapi"
import { AppError } from "../lib/errors.ts"
import { rings } from "../rings/rings.ts"

/** In thousandths at the finest, so that a score is a sum of whole numbers and comes out the same everywhere. */
const fraction = z.number().min(0).max(1).multipleOf(0.001)
const weight = z.int().min(0).max(100)

function table<const Level extends string>(...levels: readonly [Level, ...Level[]]) {
  return z.strictObject({ weight, values: z.record(z.enum(levels), fraction) })
}

/** A table whose levels are named from the least to the most risky. */
function risingTable<const Level extends string>(...levels: readonly [Level, ...Level[]]) {
  return table(...levels).refine(({ values }) => neverFalls(levels.map((level) => values[level])), {
    message: "a riskier level must not be worth less, or leaving evidence out could lower a score",
    path: ["values"],
  })
}

function neverFalls(values: readonly number[]): boolean {
  return values.every((value, index) => value >= (values[index - 1] ?? 0))
}

const factors = z
  .strictObject({
    privilege_impact: risingTable("user", "optional_admin", "admin", "service", "driver", "kernel"),
    supply_chain_trust: risingTable(
      "trusted",
      "weak_provenance",
      "unknown_publisher",
      "unsigned",
      "unsigned_uncertain",
    ),
    exploitability: risingTable(
      "none",
      "user_listener",
      "scripting",
      "user_listener_and_scripting",
      "privileged_listener",
    ),
    data_access: risingTable("own_folder", "reads_documents", "profile", "credential_store", "wide"),
    sbom_vulnerability: risingTable(
      "none",
      "low_or_medium",
      "high_with_controls",
      "high_without_controls",
      "critical_with_exception",
      "critical_without_exception",
    ),
    blast_radius: risingTable(...rings),
    operational_complexity: risingTable("quick", "moderate", "disruptive", "sequencing", "offline_reboot_sequencing"),
    history: table("excellent", "good", "fair", "poor", "breach", "none"),
  })
  .refine((all) => Object.values(all).reduce((sum, one) => sum + one.weight, 0) === 100, {
    message: "the weights must add up to 100",
  })

const thresholds = z.strictObject({
  /** Points; above it a person has to approve. */
  cab_above: z.int().min(0).max(100),
  /** Minutes of an installation: quick below the first, moderate up to and with the second, disruptive beyond. */
  quick_below_minutes: z.number().min(0),
  moderate_up_to_minutes: z.number().min(0),
  /** Success rates of our own roll-outs, 0 to 1: excellent above the first, then good and fair from theirs on. */
  excellent_above: fraction,
  good_from: fraction,
  fair_from: fraction,
  /** What a critical cohort multiplies the blast radius by, at most to 1. */
  critical_cohort_multiplier: z.number().min(1).max(10).multipleOf(0.001),
})

const riskModel = z.strictObject({
  version: z.string().regex(/^\d{1,4}\.\d{1,4}$/),
  factors,
  thresholds,
})

/** The weights, tables and thresholds that a score is made with. A version never changes: a change is a new version. */
export type RiskModel = z.infer<typeof riskModel>
export type FactorName = keyof RiskModel["factors"]

/** The model of a stored row. Throws AppError `internal` when the row is none: that is our fault, not the caller's. */
export function parseRiskModel(json: unknown): RiskModel {
  const parsed = riskModel.safeParse(json)
  if (!parsed.success) throw new AppError("internal", "The stored risk model cannot be read", { cause: parsed.error })
  return parsed.data
}

/** Version 1.0, which a migration inserts as a row. Scores read the row; this is what the row has to equal. */
export const riskModelV1: RiskModel = {
  version: "1.0",
  factors: {
    privilege_impact: {
      weight: 20,
      values: { user: 0.2, optional_admin: 0.5, admin: 0.7, service: 1, driver: 1, kernel: 1 },
    },
    supply_chain_trust: {
      weight: 15,
      values: { trusted: 0.1, weak_provenance: 0.3, unknown_publisher: 0.4, unsigned: 0.7, unsigned_uncertain: 0.9 },
    },
    exploitability: {
      weight: 10,
      values: {
        none: 0.2,
        user_listener: 0.5,
        scripting: 0.6,
        user_listener_and_scripting: 0.8,
        privileged_listener: 1,
      },
    },
    data_access: {
      weight: 10,
      values: { own_folder: 0.1, reads_documents: 0.4, profile: 0.6, credential_store: 0.9, wide: 1 },
    },
    sbom_vulnerability: {
      weight: 15,
      values: {
        none: 0,
        low_or_medium: 0.3,
        high_with_controls: 0.7,
        high_without_controls: 0.9,
        critical_with_exception: 0.9,
        critical_without_exception: 1,
      },
    },
    blast_radius: { weight: 10, values: { LAB: 0.1, CANARY: 0.3, PILOT: 0.5, DEPARTMENT: 0.7, GLOBAL: 1 } },
    operational_complexity: {
      weight: 10,
      values: { quick: 0.1, moderate: 0.3, disruptive: 0.5, sequencing: 0.7, offline_reboot_sequencing: 1 },
    },
    history: { weight: 10, values: { excellent: 0.1, good: 0.3, fair: 0.6, poor: 0.9, breach: 1, none: 0.5 } },
  },
  thresholds: {
    cab_above: 50,
    quick_below_minutes: 5,
    moderate_up_to_minutes: 15,
    excellent_above: 0.99,
    good_from: 0.95,
    fair_from: 0.9,
    critical_cohort_multiplier: 1.2,
  },
}
