import { createHash } from "node:crypto"
import { z } from "@hono/zod-openapi"
import { canonicalJson } from "../lib/canonical-json.ts"
import { smallToolEvidence } from "./examples.ts"

const count = z.int().min(0).max(100_000)

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is what this is for
const oneLine = /^[^\x00-\x1f\x7f-\x9f]*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above, but a plan may have paragraphs and lists
const severalLines = /^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$/

function text(allowed: RegExp, shortest: number, longest: number) {
  return z
    .string()
    .min(shortest)
    .max(longest)
    .regex(allowed, "must not contain control characters")
    .refine((value) => value.isWellFormed(), "must be well-formed Unicode")
}

const artifact = z.strictObject({
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be 64 lowercase hexadecimal digits")
    .optional()
    .openapi({ description: "SHA-256 of the artifact" }),
  size_bytes: z.int().min(1).max(1_099_511_627_776).optional(),
  signature: z.enum(["trusted", "self_signed", "unsigned"]).optional(),
  publisher: z.enum(["known", "unknown"]).optional(),
  provenance: z.enum(["verified", "weak", "uncertain"]).optional().openapi({
    description:
      "verified: an attestation names the build; weak: the source is known, the build is not; else uncertain",
  }),
})

const sbom = z.strictObject({
  format: z.enum(["SPDX", "CycloneDX"]).optional(),
  packages: count.optional().openapi({ description: "Number of packages listed" }),
})

const vulnerabilityScan = z.strictObject({
  critical: count.optional(),
  high: count.optional(),
  medium: count.optional(),
  low: count.optional(),
  exceptions: z
    .array(text(oneLine, 1, 200))
    .max(100)
    .refine((ids) => new Set(ids).size === ids.length, "must not repeat an identifier")
    .optional()
    .openapi({
      description: "Identifiers of the critical findings that were accepted, one for each",
      uniqueItems: true,
    }),
  controls: z
    .array(text(oneLine, 1, 500))
    .max(50)
    .optional()
    .openapi({ description: "Compensating controls for the high findings" }),
})

const install = z.strictObject({
  privilege: z
    .enum(["user", "optional_admin", "admin", "service", "driver", "kernel"])
    .optional()
    .openapi({ description: "admin: installed by an administrator, run by the user; service: runs elevated" }),
  reboot: z.boolean().optional(),
  duration_minutes: z.number().min(0).max(10_080).optional(),
  offline: z.boolean().optional().openapi({ description: "The device cannot be used meanwhile, or has no network" }),
  sequencing: z.boolean().optional().openapi({ description: "Has to run before or after other installations" }),
})

const access = z.strictObject({
  data: z
    .enum(["own_folder", "reads_documents", "profile", "credential_store", "wide"])
    .optional()
    .openapi({ description: "profile: reads and writes it; wide: the whole file system and credentials" }),
  network_listener: z.enum(["none", "user", "privileged"]).optional(),
  scripting: z.boolean().optional(),
})

const rollbackPlan = z.strictObject({
  text: text(severalLines, 50, 5_000).optional(),
  tested: z.boolean().optional(),
})

const testEvidence = z.strictObject({
  summary: text(severalLines, 1, 5_000).optional(),
  passed: count.optional(),
  failed: count.optional(),
})

const parts = z.strictObject({
  artifact: artifact.optional(),
  sbom: sbom.optional(),
  vulnerability_scan: vulnerabilityScan.optional(),
  install: install.optional(),
  access: access.optional(),
  rollback_plan: rollbackPlan.optional(),
  test_evidence: testEvidence.optional(),
  cohort: z.enum(["standard", "critical"]).optional().openapi({ description: "How critical the targeted devices are" }),
})

export type Evidence = z.infer<typeof parts>

/**
 * What a submitter claims about a deployment. Every part and every field is optional: what is absent is assumed to be
 * the worst that it could be and is listed by the assessment. Unknown keys are refused, so that a misspelt claim is not
 * taken for an absent one.
 */
export const evidenceSchema = parts.openapi("Evidence", {
  description: "Claims about the deployment; what is absent raises the risk score",
  example: smallToolEvidence,
})

/** SHA-256 over the canonical JSON, 64 hexadecimal digits: the same for any order of keys, served and checked on read. */
export function evidenceSha256(evidence: Evidence): string {
  return createHash("sha256").update(canonicalJson(evidence)).digest("hex")
}
