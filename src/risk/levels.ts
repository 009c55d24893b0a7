import { AppError } from "../lib/errors.ts"
import type { Ring } from "../rings/rings.ts"
import type { Evidence } from "./evidence.ts"
import type { FactorName, RiskModel } from "./model.ts"

/** How our own earlier roll-outs of the application went. */
export interface RiskHistory {
  /** Share of them that succeeded, 0 to 1; absent while there is none. */
  readonly successRate?: number | undefined
  /** How many there are. */
  readonly outcomes: number
  /** Whether one of them led to a security breach. */
  readonly breach: boolean
}

export interface RiskInput {
  readonly evidence: Evidence
  readonly targetRing: Ring
  readonly history: RiskHistory
}

/** What one factor reads from its table of the model. */
export interface Reading {
  readonly factor: FactorName
  /** The level of the table that the evidence, the ring or the history falls into. */
  readonly input: string
  /** What that level is worth, 0 to 1. */
  readonly value: number
  readonly weight: number
}

interface Table<Level extends string> {
  readonly weight: number
  readonly values: Readonly<Record<Level, number>>
}

type Part<Name extends keyof Evidence> = NonNullable<Evidence[Name]>
type Levels<Name extends FactorName> = keyof RiskModel["factors"][Name]["values"]

/**
 * Sorts what is known into the levels of the model's tables. Wherever an answer is missing the default below is the
 * worst answer, so that leaving evidence out never pays. Throws AppError `evidence_blocked` for critical findings
 * without an exception.
 */
export function readFactors({ factors, thresholds }: RiskModel, input: RiskInput): readonly Reading[] {
  const { evidence, targetRing, history } = input
  return [
    read("privilege_impact", factors.privilege_impact, evidence.install?.privilege ?? "kernel"),
    read("supply_chain_trust", factors.supply_chain_trust, supplyChainTrust(evidence.artifact)),
    read("exploitability", factors.exploitability, exploitability(evidence.access)),
    read("data_access", factors.data_access, evidence.access?.data ?? "wide"),
    read("sbom_vulnerability", factors.sbom_vulnerability, vulnerability(evidence)),
    widened(read("blast_radius", factors.blast_radius, targetRing), thresholds, evidence.cohort),
    read("operational_complexity", factors.operational_complexity, complexity(thresholds, evidence.install)),
    read("history", factors.history, historyLevel(thresholds, history)),
  ]
}

/** Fractions of a model have three decimals: as whole thousandths they add and multiply without drift. */
export function thousandths(fraction: number): number {
  return Math.round(fraction * 1000)
}

function read<Level extends string>(factor: FactorName, { weight, values }: Table<Level>, level: Level): Reading {
  return { factor, input: level, value: values[level], weight }
}

function supplyChainTrust(artifact: Part<"artifact"> = {}): Levels<"supply_chain_trust"> {
  const { signature = "unsigned", publisher = "unknown", provenance = "uncertain" } = artifact
  if (signature !== "trusted") return provenance === "uncertain" ? "unsigned_uncertain" : "unsigned"
  if (publisher === "unknown") return "unknown_publisher"
  return provenance === "verified" ? "trusted" : "weak_provenance"
}

function exploitability(access: Part<"access"> = {}): Levels<"exploitability"> {
  const { network_listener: listener = "privileged", scripting = true } = access
  if (listener === "privileged") return "privileged_listener"
  if (listener === "user") return scripting ? "user_listener_and_scripting" : "user_listener"
  return scripting ? "scripting" : "none"
}

/** Findings are only as good as the list of what was scanned: without an SBOM they count as unknown. */
function vulnerability({ sbom = {}, vulnerability_scan: scan = {} }: Evidence): Levels<"sbom_vulnerability"> {
  const { critical = 0, exceptions = [], controls = [] } = scan
  if (critical > exceptions.length) throw blocked(critical, exceptions.length)
  const unknown = sbom.format === undefined || sbom.packages === undefined || scan.critical === undefined
  if (unknown || critical > 0) return "critical_with_exception"
  if (scan.high !== 0) return controls.length > 0 ? "high_with_controls" : "high_without_controls"
  return scan.medium === 0 && scan.low === 0 ? "none" : "low_or_medium"
}

function blocked(critical: number, exceptions: number): AppError {
  const message = `${critical} critical findings but ${exceptions} exceptions; each critical finding needs one`
  return new AppError("evidence_blocked", "Critical vulnerabilities without an exception cannot be deployed", {
    fields: [{ field: "evidence.vulnerability_scan.critical", message }],
  })
}

function widened(
  ring: Reading,
  { critical_cohort_multiplier: multiplier }: RiskModel["thresholds"],
  cohort: Evidence["cohort"] = "critical",
): Reading {
  if (cohort === "standard") return ring
  const value = Math.round((thousandths(ring.value) * thousandths(multiplier)) / 1000) / 1000
  return { ...ring, input: `${ring.input}, critical cohort`, value: Math.min(1, value) }
}

function complexity(
  thresholds: RiskModel["thresholds"],
  install: Part<"install"> = {},
): Levels<"operational_complexity"> {
  const { reboot = true, offline = true, sequencing = true } = install
  const { duration_minutes: minutes = Number.POSITIVE_INFINITY } = install
  if (offline && reboot && sequencing) return "offline_reboot_sequencing"
  if (sequencing) return "sequencing"
  if (offline || reboot || minutes > thresholds.moderate_up_to_minutes) return "disruptive"
  return minutes < thresholds.quick_below_minutes ? "quick" : "moderate"
}

function historyLevel(thresholds: RiskModel["thresholds"], history: RiskHistory): Levels<"history"> {
  const { successRate, outcomes, breach } = history
  if (breach) return "breach"
  if (successRate === undefined || outcomes === 0) return "none"
  if (successRate > thresholds.excellent_above) return "excellent"
  if (successRate >= thresholds.good_from) return "good"
  return successRate >= thresholds.fair_from ? "fair" : "poor"
}
