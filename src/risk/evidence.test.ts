import fc from "fast-check"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { type Evidence, evidenceSchema, evidenceSha256 } from "./evidence.ts"
import { edrAgentEvidence, notepadEvidence, smallToolEvidence } from "./examples.ts"
import { anyEvidence } from "./testing.ts"

const plan = "Reinstall the previous version from the library, then check it."

/** Paths of the fields that are refused; for a key nobody knows, the path of the object it is in. */
function refused(evidence: unknown): string[] {
  return evidenceSchema.safeParse(evidence).error?.issues.map(({ path }) => path.join(".")) ?? []
}

test("any evidence within the bounds is accepted and comes out as it was sent", () => {
  fc.assert(fc.property(anyEvidence, (evidence) => assert.equal(evidenceSchema.parse(evidence), evidence)))
})

test("no evidence is evidence", () => {
  assert.equal(evidenceSchema.parse({}), {})
})

test("the examples are accepted", () => {
  for (const example of [smallToolEvidence, notepadEvidence, edrAgentEvidence]) {
    assert.equal(evidenceSchema.parse(example), example)
  }
})

const bad: ReadonlyArray<readonly [what: string, evidence: unknown, field: string]> = [
  ["an unknown part", { artefact: {} }, ""],
  ["a prototype", JSON.parse('{"__proto__":{"cohort":"standard"}}'), ""],
  ["an unknown field", { artifact: { hash: "x" } }, "artifact"],
  ["a part that is null", { sbom: null }, "sbom"],
  ["a list for a part", { sbom: [] }, "sbom"],
  ["upper case in a hash", { artifact: { sha256: "A".repeat(64) } }, "artifact.sha256"],
  ["a short hash", { artifact: { sha256: "a".repeat(63) } }, "artifact.sha256"],
  ["an empty artifact", { artifact: { size_bytes: 0 } }, "artifact.size_bytes"],
  ["an artifact above 1 TiB", { artifact: { size_bytes: 2 ** 40 + 1 } }, "artifact.size_bytes"],
  ["an unknown word", { access: { data: "everything" } }, "access.data"],
  ["a number as text", { vulnerability_scan: { low: "1" } }, "vulnerability_scan.low"],
  ["a negative count", { vulnerability_scan: { high: -1 } }, "vulnerability_scan.high"],
  ["half a finding", { vulnerability_scan: { medium: 0.5 } }, "vulnerability_scan.medium"],
  ["too large a count", { sbom: { packages: 100_001 } }, "sbom.packages"],
  ["an exception twice", { vulnerability_scan: { exceptions: ["a", "a"] } }, "vulnerability_scan.exceptions"],
  [
    "101 exceptions",
    { vulnerability_scan: { exceptions: [...Array(101).keys()].map(String) } },
    "vulnerability_scan.exceptions",
  ],
  ["an empty exception", { vulnerability_scan: { exceptions: [""] } }, "vulnerability_scan.exceptions.0"],
  ["51 controls", { vulnerability_scan: { controls: Array(51).fill("x") } }, "vulnerability_scan.controls"],
  [
    "a control of 501 characters",
    { vulnerability_scan: { controls: ["x".repeat(501)] } },
    "vulnerability_scan.controls.0",
  ],
  ["a line break in one line", { vulnerability_scan: { controls: ["a\nb"] } }, "vulnerability_scan.controls.0"],
  ["more than a week", { install: { duration_minutes: 10_080.1 } }, "install.duration_minutes"],
  ["a time before now", { install: { duration_minutes: -1 } }, "install.duration_minutes"],
  ["a plan of 49 characters", { rollback_plan: { text: plan.slice(0, 49) } }, "rollback_plan.text"],
  ["a plan of 5,001 characters", { rollback_plan: { text: "x".repeat(5_001) } }, "rollback_plan.text"],
  ["a plan with NUL", { rollback_plan: { text: `${plan}\0` } }, "rollback_plan.text"],
  ["a plan with an escape", { rollback_plan: { text: `${plan}\u001b[2J` } }, "rollback_plan.text"],
  ["a plan with a C1 control", { rollback_plan: { text: `${plan}\u009b` } }, "rollback_plan.text"],
  ["half a surrogate pair", { test_evidence: { summary: "\ud800" } }, "test_evidence.summary"],
  ["an unknown cohort", { cohort: "vip" }, "cohort"],
]
for (const [what, evidence, field] of bad) {
  test(`${what} is refused, naming ${field || "the evidence"}`, () => {
    assert.equal(refused(evidence), [field])
  })
}

test("a plan may have paragraphs and letters of any script", () => {
  assert.equal(refused({ rollback_plan: { text: `${plan}\r\n\t- 次に再起動 🙂` } }), [])
})

test("the hash does not depend on the order of keys and depends on every field", () => {
  const reordered: Evidence = Object.fromEntries(Object.entries(smallToolEvidence).reverse())
  assert.is(evidenceSha256(reordered), evidenceSha256(smallToolEvidence))
  assert.is.not(evidenceSha256({ ...smallToolEvidence, cohort: "critical" }), evidenceSha256(smallToolEvidence))
})

test("the hash of stored evidence never changes", () => {
  assert.is(evidenceSha256({}), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
  const evidence: Evidence = { sbom: { packages: 2, format: "SPDX" }, install: { duration_minutes: 0.5 } }
  assert.is(evidenceSha256(evidence), "8cf9b2e70b3afeb7602d9bb005e787eec5994a06cb198cff6de748888a03b70d")
})

test.run()
