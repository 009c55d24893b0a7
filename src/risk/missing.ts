import type { Evidence } from "./evidence.ts"
import type { FactorName } from "./model.ts"

type PartWithFields = Exclude<keyof Evidence, "cohort">
type FieldPath =
  | "cohort"
  | { [Part in PartWithFields]: `${Part}.${keyof NonNullable<Evidence[Part]> & string}` }[PartWithFields]

/** What each factor has to know; without any one of these its value is assumed. History is ours: nobody can leave it out. */
const neededBy: Readonly<Record<FactorName, readonly FieldPath[]>> = {
  privilege_impact: ["install.privilege"],
  supply_chain_trust: ["artifact.signature", "artifact.publisher", "artifact.provenance"],
  exploitability: ["access.network_listener", "access.scripting"],
  data_access: ["access.data"],
  sbom_vulnerability: [
    "sbom.format",
    "sbom.packages",
    "vulnerability_scan.critical",
    "vulnerability_scan.high",
    "vulnerability_scan.medium",
    "vulnerability_scan.low",
  ],
  blast_radius: ["cohort"],
  operational_complexity: ["install.reboot", "install.duration_minutes", "install.offline", "install.sequencing"],
  history: [],
}

/** Expected, though no factor of the model weighs it: for the people and the gates that read the assessment. */
const unweighed: readonly FieldPath[] = [
  "artifact.sha256",
  "artifact.size_bytes",
  "rollback_plan.text",
  "rollback_plan.tested",
  "test_evidence.summary",
  "test_evidence.passed",
  "test_evidence.failed",
]

/** Paths of all the evidence that is expected and absent. Exceptions and controls are not: without findings none is due. */
export function missingEvidence(evidence: Evidence): string[] {
  return [...Object.values(neededBy).flat(), ...unweighed].filter((path) => isAbsent(evidence, path))
}

/** Whether a factor lacks something it has to know, so that its value is assumed. */
export function isAssumed(factor: FactorName, evidence: Evidence): boolean {
  return neededBy[factor].some((path) => isAbsent(evidence, path))
}

function isAbsent(evidence: Evidence, path: FieldPath): boolean {
  const [part, field] = path.split(".")
  const found = Object.entries(evidence).find(([name]) => name === part)?.[1]
  if (field === undefined || typeof found !== "object") return found === undefined
  return Object.entries(found).every(([name, value]) => name !== field || value === undefined)
}
