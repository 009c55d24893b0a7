import fc from "fast-check"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError } from "../lib/errors.ts"
import type { Evidence } from "./evidence.ts"
import { edrAgentEvidence, notepadEvidence, smallToolEvidence } from "./examples.ts"
import type { RiskHistory, RiskInput } from "./levels.ts"
import { riskModelV1 } from "./model.ts"
import { type Assessment, assess } from "./score.ts"
import { anyRiskInput, eachOneLess } from "./testing.ts"

const noHistory: RiskHistory = { outcomes: 0, breach: false }

function history(successRate: number): RiskHistory {
  return { successRate, outcomes: 200, breach: false }
}

function values({ factors }: Assessment): number[] {
  return factors.map(({ value }) => value)
}

/** The assessment, or undefined when the evidence is blocked. */
function assessed(input: RiskInput): Assessment | undefined {
  try {
    return assess(riskModelV1, input)
  } catch (error) {
    if (error instanceof AppError && error.kind === "evidence_blocked") return undefined
    throw error
  }
}

test("a small tool for LAB without history scores 25 and needs nobody", () => {
  const assessment = assess(riskModelV1, { evidence: smallToolEvidence, targetRing: "LAB", history: noHistory })
  assert.equal(values(assessment), [0.2, 0.1, 0.2, 0.4, 0.3, 0.1, 0.3, 0.5])
  assert.is(assessment.score, 25)
  assert.is(assessment.modelVersion, "1.0")
  assert.is(assessment.requiresCab, false)
  assert.equal(assessment.missing, [])
  assert.equal(
    assessment.factors.filter(({ assumed }) => assumed),
    [],
  )
})

test("an editor for CANARY has 13.5 points and scores 14", () => {
  const assessment = assess(riskModelV1, { evidence: notepadEvidence, targetRing: "CANARY", history: history(0.995) })
  assert.equal(values(assessment), [0.2, 0.1, 0.2, 0.1, 0, 0.3, 0.1, 0.1])
  assert.is(assessment.score, 14)
})

test("an agent in the kernel for GLOBAL has 61.5 points and scores 62", () => {
  const assessment = assess(riskModelV1, { evidence: edrAgentEvidence, targetRing: "GLOBAL", history: history(0.97) })
  assert.equal(values(assessment), [1, 0.1, 1, 1, 0, 1, 0.7, 0.3])
  assert.is(assessment.score, 62)
  assert.is(assessment.requiresCab, true)
})

test("no evidence at all scores 83 in LAB; all but the history is assumed and listed", () => {
  const assessment = assess(riskModelV1, { evidence: {}, targetRing: "LAB", history: noHistory })
  assert.is(assessment.score, 83)
  assert.is(assessment.requiresCab, true)
  assert.equal(
    assessment.factors.filter(({ assumed }) => !assumed).map(({ factor }) => factor),
    ["history"],
  )
  const expected = eachOneLess(smallToolEvidence).length - Object.keys(smallToolEvidence).length
  assert.is(assessment.missing.length, expected + 1, "every field of the example, and the cohort, which has none")
})

test("an assessment explains each factor in points and in words", () => {
  const { access, ...evidence } = smallToolEvidence
  const { factors, missing } = assess(riskModelV1, { evidence, targetRing: "PILOT", history: history(0.97) })
  assert.equal(missing, ["access.network_listener", "access.scripting", "access.data"])
  assert.equal(factors, [
    { factor: "privilege_impact", input: "user", value: 0.2, weight: 20, contribution: 4, assumed: false },
    { factor: "supply_chain_trust", input: "trusted", value: 0.1, weight: 15, contribution: 1.5, assumed: false },
    { factor: "exploitability", input: "privileged_listener", value: 1, weight: 10, contribution: 10, assumed: true },
    { factor: "data_access", input: "wide", value: 1, weight: 10, contribution: 10, assumed: true },
    { factor: "sbom_vulnerability", input: "low_or_medium", value: 0.3, weight: 15, contribution: 4.5, assumed: false },
    { factor: "blast_radius", input: "PILOT", value: 0.5, weight: 10, contribution: 5, assumed: false },
    { factor: "operational_complexity", input: "moderate", value: 0.3, weight: 10, contribution: 3, assumed: false },
    { factor: "history", input: "good", value: 0.3, weight: 10, contribution: 3, assumed: false },
  ])
})

test("every score is a whole number from 0 to 100: the sum of the contributions, rounded", () => {
  fc.assert(
    fc.property(anyRiskInput, (input) => {
      const assessment = assessed(input)
      fc.pre(assessment !== undefined)
      const { score, factors } = assessment
      assert.ok(Number.isInteger(score) && score >= 0 && score <= 100)
      assert.ok(Math.abs(score - factors.reduce((sum, { contribution }) => sum + contribution, 0)) < 0.5 + 1e-9)
    }),
  )
})

test("the same input gives the same assessment, also after a journey through JSON", () => {
  fc.assert(
    fc.property(anyRiskInput, (input) => {
      assert.equal(assessed(JSON.parse(JSON.stringify(input))), assessed(input))
    }),
  )
})

test("leaving out any part or field never lowers the score, avoids the board or shortens the list of what is missing", () => {
  fc.assert(
    fc.property(anyRiskInput, (input) => {
      const whole = assessed(input)
      fc.pre(whole !== undefined)
      for (const evidence of eachOneLess(input.evidence)) {
        const less = assessed({ ...input, evidence })
        if (less === undefined) continue // without its exceptions it is blocked, which is worse than any score
        assert.ok(less.score >= whole.score, JSON.stringify(evidence))
        assert.ok(less.requiresCab || !whole.requiresCab, JSON.stringify(evidence))
        assert.ok(less.missing.length >= whole.missing.length, JSON.stringify(evidence))
      }
    }),
    { numRuns: 500 },
  )
})

test("at 50 points nobody has to decide, at 51 the board does", () => {
  const evidence: Evidence = {
    ...smallToolEvidence,
    install: { ...smallToolEvidence.install, privilege: "admin" },
    access: { data: "profile", network_listener: "none", scripting: true },
  }
  const decided = [noHistory, history(0.92)].map((past) => {
    const { score, requiresCab } = assess(riskModelV1, { evidence, targetRing: "GLOBAL", history: past })
    return [score, requiresCab]
  })
  assert.equal(decided, [
    [50, false],
    [51, true],
  ])
})

test("privileged tooling goes to the board whatever it scores, and so does tooling that does not say", () => {
  for (const privilege of ["service", "driver", "kernel", undefined] as const) {
    const install = { ...notepadEvidence.install, privilege }
    const assessment = assess(riskModelV1, {
      evidence: { ...notepadEvidence, install },
      targetRing: "LAB",
      history: history(1),
    })
    assert.ok(assessment.score <= 50)
    assert.is(assessment.requiresCab, true, `${privilege}`)
  }
})

for (const scan of [{ critical: 1 }, { critical: 2, exceptions: ["CVE-2026-1"] }]) {
  test(`${scan.critical} critical findings with ${scan.exceptions?.length ?? 0} exceptions are refused by name`, () => {
    const evidence: Evidence = { ...smallToolEvidence, vulnerability_scan: scan }
    assert.throws(
      () => assess(riskModelV1, { evidence, targetRing: "LAB", history: noHistory }),
      (error: unknown) =>
        error instanceof AppError &&
        error.kind === "evidence_blocked" &&
        error.fields[0]?.field === "evidence.vulnerability_scan.critical",
    )
  })
}

test.run()
