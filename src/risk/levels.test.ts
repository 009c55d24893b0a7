import { test } from "uvu"
import * as assert from "uvu/assert"
import type { Evidence } from "./evidence.ts"
import { smallToolEvidence } from "./examples.ts"
import { type RiskHistory, type RiskInput, readFactors } from "./levels.ts"
import { type FactorName, riskModelV1 } from "./model.ts"

type Changes = Partial<RiskInput>

/** The small tool's evidence with some fields of one part changed. */
function having<Part extends Exclude<keyof Evidence, "cohort">>(part: Part, claims: Evidence[Part]): Changes {
  return { evidence: { ...smallToolEvidence, [part]: { ...smallToolEvidence[part], ...claims } } }
}

function lacking(part: keyof Evidence): Changes {
  const { [part]: _absent, ...evidence } = smallToolEvidence
  return { evidence }
}

function past(successRate: number | undefined, changes: Partial<RiskHistory> = {}): Changes {
  return { history: { successRate, outcomes: 100, breach: false, ...changes } }
}

const critical: Changes = { evidence: { ...smallToolEvidence, cohort: "critical" } }
const worst = { privilege: "kernel", reboot: true, duration_minutes: 60, offline: true, sequencing: true } as const
const exceptions = ["CVE-2026-0001", "CVE-2026-0002"]

/** What is known, and the level and value that follow from it: the tables of the risk model, both ways. */
const cases: Readonly<Record<FactorName, ReadonlyArray<readonly [Changes, level: string, value: number]>>> = {
  privilege_impact: [
    [having("install", { privilege: "user" }), "user", 0.2],
    [having("install", { privilege: "optional_admin" }), "optional_admin", 0.5],
    [having("install", { privilege: "admin" }), "admin", 0.7],
    [having("install", { privilege: "service" }), "service", 1],
    [having("install", { privilege: "driver" }), "driver", 1],
    [having("install", { privilege: "kernel" }), "kernel", 1],
    [lacking("install"), "kernel", 1],
  ],
  supply_chain_trust: [
    [having("artifact", {}), "trusted", 0.1],
    [having("artifact", { provenance: "weak" }), "weak_provenance", 0.3],
    [having("artifact", { provenance: "uncertain" }), "weak_provenance", 0.3],
    [having("artifact", { provenance: undefined }), "weak_provenance", 0.3],
    [having("artifact", { publisher: "unknown" }), "unknown_publisher", 0.4],
    [having("artifact", { publisher: undefined }), "unknown_publisher", 0.4],
    [having("artifact", { signature: "unsigned" }), "unsigned", 0.7],
    [having("artifact", { signature: "self_signed", provenance: "weak" }), "unsigned", 0.7],
    [having("artifact", { signature: undefined }), "unsigned", 0.7],
    [having("artifact", { signature: "unsigned", provenance: "uncertain" }), "unsigned_uncertain", 0.9],
    [lacking("artifact"), "unsigned_uncertain", 0.9],
  ],
  exploitability: [
    [having("access", { network_listener: "none", scripting: false }), "none", 0.2],
    [having("access", { network_listener: "user", scripting: false }), "user_listener", 0.5],
    [having("access", { network_listener: "none", scripting: true }), "scripting", 0.6],
    [having("access", { network_listener: "none", scripting: undefined }), "scripting", 0.6],
    [having("access", { network_listener: "user", scripting: true }), "user_listener_and_scripting", 0.8],
    [having("access", { network_listener: "privileged", scripting: false }), "privileged_listener", 1],
    [having("access", { network_listener: undefined }), "privileged_listener", 1],
    [lacking("access"), "privileged_listener", 1],
  ],
  data_access: [
    [having("access", { data: "own_folder" }), "own_folder", 0.1],
    [having("access", { data: "reads_documents" }), "reads_documents", 0.4],
    [having("access", { data: "profile" }), "profile", 0.6],
    [having("access", { data: "credential_store" }), "credential_store", 0.9],
    [having("access", { data: "wide" }), "wide", 1],
    [lacking("access"), "wide", 1],
  ],
  sbom_vulnerability: [
    [having("vulnerability_scan", { low: 0 }), "none", 0],
    [having("vulnerability_scan", { low: 1 }), "low_or_medium", 0.3],
    [having("vulnerability_scan", { low: 0, medium: 1 }), "low_or_medium", 0.3],
    [having("vulnerability_scan", { low: 0, medium: undefined }), "low_or_medium", 0.3],
    [having("vulnerability_scan", { high: 1, controls: ["Blocked at the proxy"] }), "high_with_controls", 0.7],
    [having("vulnerability_scan", { high: 1 }), "high_without_controls", 0.9],
    [having("vulnerability_scan", { high: 1, controls: [] }), "high_without_controls", 0.9],
    [having("vulnerability_scan", { high: undefined }), "high_without_controls", 0.9],
    [having("vulnerability_scan", { critical: 2, exceptions }), "critical_with_exception", 0.9],
    [having("vulnerability_scan", { critical: undefined }), "critical_with_exception", 0.9],
    [lacking("vulnerability_scan"), "critical_with_exception", 0.9],
    [lacking("sbom"), "critical_with_exception", 0.9],
    [having("sbom", { packages: undefined }), "critical_with_exception", 0.9],
  ],
  blast_radius: [
    [{ targetRing: "LAB" }, "LAB", 0.1],
    [{ targetRing: "CANARY" }, "CANARY", 0.3],
    [{ targetRing: "PILOT" }, "PILOT", 0.5],
    [{ targetRing: "DEPARTMENT" }, "DEPARTMENT", 0.7],
    [{ targetRing: "GLOBAL" }, "GLOBAL", 1],
    [{ ...critical, targetRing: "LAB" }, "LAB, critical cohort", 0.12],
    [{ ...critical, targetRing: "CANARY" }, "CANARY, critical cohort", 0.36],
    [{ ...critical, targetRing: "PILOT" }, "PILOT, critical cohort", 0.6],
    [{ ...critical, targetRing: "DEPARTMENT" }, "DEPARTMENT, critical cohort", 0.84],
    [{ ...critical, targetRing: "GLOBAL" }, "GLOBAL, critical cohort", 1],
    [{ ...lacking("cohort"), targetRing: "LAB" }, "LAB, critical cohort", 0.12],
  ],
  operational_complexity: [
    [having("install", { duration_minutes: 4.99 }), "quick", 0.1],
    [having("install", { duration_minutes: 5 }), "moderate", 0.3],
    [having("install", { duration_minutes: 15 }), "moderate", 0.3],
    [having("install", { duration_minutes: 15.01 }), "disruptive", 0.5],
    [having("install", { duration_minutes: undefined }), "disruptive", 0.5],
    [having("install", { offline: true }), "disruptive", 0.5],
    [having("install", { reboot: true }), "disruptive", 0.5],
    [having("install", { sequencing: true }), "sequencing", 0.7],
    [having("install", { ...worst, offline: false }), "sequencing", 0.7],
    [having("install", worst), "offline_reboot_sequencing", 1],
    [lacking("install"), "offline_reboot_sequencing", 1],
  ],
  history: [
    [past(0.9901), "excellent", 0.1],
    [past(0.99), "good", 0.3],
    [past(0.95), "good", 0.3],
    [past(0.9499), "fair", 0.6],
    [past(0.9), "fair", 0.6],
    [past(0.8999), "poor", 0.9],
    [past(1, { breach: true }), "breach", 1],
    [past(undefined), "none", 0.5],
    [past(1, { outcomes: 0 }), "none", 0.5],
  ],
}

for (const [factor, rows] of Object.entries(cases)) {
  test(`${factor} follows its table`, () => {
    for (const [changes, level, value] of rows) {
      const input: RiskInput = {
        evidence: smallToolEvidence,
        targetRing: "LAB",
        history: { outcomes: 0, breach: false },
        ...changes,
      }
      const found = readFactors(riskModelV1, input).find((one) => one.factor === factor)
      assert.is(found?.input, level, JSON.stringify(changes))
      assert.is(found?.value, value, JSON.stringify(changes))
    }
  })
}

test("every level of every table is reached, but for the one that is refused", () => {
  const reached = new Set(Object.entries(cases).flatMap(([name, rows]) => rows.map(([, level]) => `${name} ${level}`)))
  const declared = Object.entries(riskModelV1.factors).flatMap(([name, { values }]) =>
    Object.keys(values).map((level) => `${name} ${level}`),
  )
  assert.equal(
    declared.filter((level) => !reached.has(level)),
    ["sbom_vulnerability critical_without_exception"],
  )
})

test.run()
