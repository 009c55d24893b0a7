import fc from "fast-check"
import { rings } from "../rings/rings.ts"
import type { Evidence } from "./evidence.ts"
import type { RiskInput } from "./levels.ts"

/** Plain objects, as JSON makes them. */
const optional = { requiredKeys: [], noNullPrototype: true }
const few = fc.integer({ min: 0, max: 3 })
const plan = fc.string({ minLength: 50, maxLength: 80, unit: "grapheme-ascii" })
const identifier = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme-ascii" })

/** Any evidence that the schema accepts, each field there or not; some of it is blocked for its critical findings. */
export const anyEvidence: fc.Arbitrary<Evidence> = fc.record(
  {
    artifact: fc.record(
      {
        sha256: fc.string({ minLength: 64, maxLength: 64, unit: fc.constantFrom(..."0123456789abcdef") }),
        size_bytes: fc.integer({ min: 1 }),
        signature: fc.constantFrom("trusted", "self_signed", "unsigned"),
        publisher: fc.constantFrom("known", "unknown"),
        provenance: fc.constantFrom("verified", "weak", "uncertain"),
      },
      optional,
    ),
    sbom: fc.record({ format: fc.constantFrom("SPDX", "CycloneDX"), packages: few }, optional),
    vulnerability_scan: fc.record(
      {
        critical: few,
        high: few,
        medium: few,
        low: few,
        exceptions: fc.uniqueArray(identifier, { maxLength: 4 }),
        controls: fc.array(identifier, { maxLength: 2 }),
      },
      optional,
    ),
    install: fc.record(
      {
        privilege: fc.constantFrom("user", "optional_admin", "admin", "service", "driver", "kernel"),
        reboot: fc.boolean(),
        duration_minutes: fc.constantFrom(0, 0.5, 4.99, 5, 15, 15.01, 10_080),
        offline: fc.boolean(),
        sequencing: fc.boolean(),
      },
      optional,
    ),
    access: fc.record(
      {
        data: fc.constantFrom("own_folder", "reads_documents", "profile", "credential_store", "wide"),
        network_listener: fc.constantFrom("none", "user", "privileged"),
        scripting: fc.boolean(),
      },
      optional,
    ),
    rollback_plan: fc.record({ text: plan, tested: fc.boolean() }, optional),
    test_evidence: fc.record({ summary: identifier, passed: few, failed: few }, optional),
    cohort: fc.constantFrom("standard", "critical"),
  },
  optional,
)

export const anyRiskInput: fc.Arbitrary<RiskInput> = fc.record({
  evidence: anyEvidence,
  targetRing: fc.constantFrom(...rings),
  history: fc.record(
    { successRate: fc.double({ min: 0, max: 1, noNaN: true }), outcomes: few, breach: fc.boolean() },
    { requiredKeys: ["outcomes", "breach"], noNullPrototype: true },
  ),
})

/** The evidence once more for each part and each field in it, every time without that one. */
export function eachOneLess(evidence: Evidence): Evidence[] {
  return Object.entries(evidence).flatMap(([part, content]) => [
    without(evidence, part),
    ...Object.keys(typeof content === "object" ? content : {}).map((field) => ({
      ...evidence,
      [part]: without(content, field),
    })),
  ])
}

function without(value: unknown, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([name]) => name !== key))
}
