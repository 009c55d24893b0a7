import type { Evidence } from "./evidence.ts"

/** The same for all three: signed by somebody known, with an attestation of the build. */
const trustedArtifact = {
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  size_bytes: 4_718_592,
  signature: "trusted",
  publisher: "known",
  provenance: "verified",
} as const

const cleanScan = { critical: 0, high: 0, medium: 0, low: 0 }

const rollbackPlan = {
  text: "Reinstall the previous version from the software library and check that it starts.",
  tested: true,
}

/** A small tool in the user's context that reads documents: scores 25 for LAB with no history. */
export const smallToolEvidence: Evidence = {
  artifact: trustedArtifact,
  sbom: { format: "CycloneDX", packages: 12 },
  vulnerability_scan: { ...cleanScan, low: 2 },
  install: { privilege: "user", reboot: false, duration_minutes: 10, offline: false, sequencing: false },
  access: { data: "reads_documents", network_listener: "none", scripting: false },
  rollback_plan: rollbackPlan,
  test_evidence: { summary: "Smoke tests on the reference devices", passed: 24, failed: 0 },
  cohort: "standard",
}

/** An editor without findings: scores 14 (13.5) for CANARY with a success rate above 99 %. */
export const notepadEvidence: Evidence = {
  artifact: trustedArtifact,
  sbom: { format: "SPDX", packages: 31 },
  vulnerability_scan: cleanScan,
  install: { privilege: "user", reboot: false, duration_minutes: 3, offline: false, sequencing: false },
  access: { data: "own_folder", network_listener: "none", scripting: false },
  rollback_plan: rollbackPlan,
  test_evidence: { summary: "Opens, edits and saves on the reference devices", passed: 40, failed: 0 },
  cohort: "standard",
}

/** An endpoint agent in the kernel: scores 62 (61.5) for GLOBAL with a success rate of 95 to 99 %. */
export const edrAgentEvidence: Evidence = {
  artifact: trustedArtifact,
  sbom: { format: "SPDX", packages: 118 },
  vulnerability_scan: cleanScan,
  install: { privilege: "kernel", reboot: true, duration_minutes: 20, offline: false, sequencing: true },
  access: { data: "wide", network_listener: "privileged", scripting: true },
  rollback_plan: rollbackPlan,
  test_evidence: { summary: "Detection and performance suites on the reference devices", passed: 310, failed: 0 },
  cohort: "critical",
}
