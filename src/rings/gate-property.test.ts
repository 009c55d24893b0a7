import fc from "fast-check"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { complies, type GateEvidence, type GateJudgement, gateOutcomes, judge } from "./gate.ts"
import type { RingPolicy } from "./policy.ts"
import { counts, gatePolicy } from "./testing-gate.ts"

const share = fc.double({ min: 0, max: 1, noNaN: true })
const devices = fc.nat(50)
const anyQuery = fc.record({
  promql: fc.constant("up"),
  comparison: fc.constantFrom("at_least", "at_most"),
  threshold: share,
  timeoutSeconds: fc.constant(1),
  mode: fc.constantFrom("decide", "dry_run"),
})
const anyPolicy: fc.Arbitrary<RingPolicy> = fc
  .record({
    successRate: share,
    failureLimit: share,
    minimumSample: fc.nat(40),
    incidentLimit: fc.nat(2),
    soakSeconds: fc.nat(50),
    complianceLimitSeconds: fc.integer({ min: 1, max: 100 }),
    noData: fc.constantFrom("fail", "hold", "wait"),
    requireTestedRollback: fc.boolean(),
    holdOnAlerts: fc.boolean(),
    query: fc.option(anyQuery),
  })
  .map((changed) => ({ ...gatePolicy, ...changed }))
const anyAnswer = fc.oneof(
  share.map((value) => ({ kind: "value", value }) as const),
  fc.constant({ kind: "empty" } as const),
  fc.constant({ kind: "error", error: "away" } as const),
)
const anyEvidence: fc.Arbitrary<GateEvidence> = fc
  .record({
    counts: fc.tuple(devices, devices, devices).map((parts) => counts(...parts)),
    elapsedSeconds: fc.nat(200),
    soakedSeconds: fc.option(fc.nat(100)),
    incidents: fc.nat(3),
    alerts: fc.constantFrom([], ["HighErrors"]),
    rollbackTested: fc.boolean(),
    last: fc.boolean(),
    answer: fc.option(anyAnswer),
  })
  .map(({ answer, ...evidence }) => ({ ...evidence, ...(answer && { query: { promql: "up", answer } }) }))

/** Worst first. To wait is better than to be held: nothing has been said yet. */
const order = ["failed", "inconclusive", "wait", "passed"]
const rank = (judgement: GateJudgement | undefined) => order.indexOf(judgement?.verdict ?? "wait")

test("every judgement is one of the listed outcomes, in a sentence, with the sample that it rests on", () => {
  fc.assert(
    fc.property(anyEvidence, anyPolicy, (evidence, policy) => {
      const judgement = judge(evidence, policy)
      if (judgement === undefined) return
      const { verdict, reason, explanation, sample } = judgement
      assert.ok(
        gateOutcomes.some((outcome) => outcome.verdict === verdict && outcome.reason === reason),
        `${verdict} ${reason}`,
      )
      assert.match(explanation, /^[A-Z0-9].+[.a-z]$/)
      assert.is(sample, evidence.counts.installed + evidence.counts.failed)
    }),
    { numRuns: 2_000 },
  )
})

test("one more installed device never makes it worse, whether it was pending or had failed", () => {
  fc.assert(
    fc.property(anyEvidence, anyPolicy, fc.boolean(), (evidence, policy, hadFailed) => {
      const { installed, failed, pending } = evidence.counts
      fc.pre((hadFailed ? failed : pending) > 0)
      // The query and what else is asked at the end are no matter of the devices.
      const alone = { ...policy, query: null, holdOnAlerts: false, requireTestedRollback: false }
      const better = hadFailed ? counts(installed + 1, failed - 1, pending) : counts(installed + 1, failed, pending - 1)
      assert.ok(rank(judge({ ...evidence, counts: better }, alone)) >= rank(judge(evidence, alone)))
    }),
    { numRuns: 2_000 },
  )
})

test("one more incident, alert or failed device never makes it better", () => {
  fc.assert(
    fc.property(anyEvidence, anyPolicy, (evidence, policy) => {
      const before = rank(judge(evidence, policy))
      assert.ok(rank(judge({ ...evidence, incidents: evidence.incidents + 1 }, policy)) <= before)
      assert.ok(rank(judge({ ...evidence, alerts: [...evidence.alerts, "Other"] }, policy)) <= before)
      const { installed, failed, pending } = evidence.counts
      if (installed === 0) return
      const worse = { ...evidence, counts: counts(installed - 1, failed + 1, pending) }
      const alone = { ...policy, query: null, holdOnAlerts: false, requireTestedRollback: false }
      assert.ok(rank(judge(worse, alone)) <= rank(judge(evidence, alone)))
    }),
    { numRuns: 2_000 },
  )
})

test("nothing passes that does not comply, has not soaked, has too many failed devices or too many incidents", () => {
  fc.assert(
    fc.property(anyEvidence, anyPolicy, (evidence, policy) => {
      if (judge(evidence, policy)?.verdict !== "passed") return
      const { counts: of, soakedSeconds, incidents } = evidence
      assert.ok(complies(of, policy))
      assert.ok(soakedSeconds !== null && soakedSeconds >= policy.soakSeconds)
      assert.ok(of.failed / of.targeted <= policy.failureLimit && incidents <= policy.incidentLimit)
    }),
    { numRuns: 2_000 },
  )
})

test("a dry run decides nothing: with it and without it the judgement is the same, whatever was answered", () => {
  fc.assert(
    fc.property(anyEvidence, anyPolicy, anyQuery, (evidence, policy, query) => {
      const { query: _, ...unasked } = evidence
      assert.equal(
        judge(evidence, { ...policy, query: { ...query, mode: "dry_run" } }),
        judge(unasked, { ...policy, query: null }),
      )
    }),
    { numRuns: 1_000 },
  )
})

test("nothing is said to have failed because somebody could not be asked", () => {
  fc.assert(
    fc.property(anyEvidence, anyPolicy, (evidence, policy) => {
      const query = { promql: "up", answer: { kind: "error", error: "away" } } as const
      if (judge({ ...evidence, query }, policy)?.verdict === "failed")
        assert.is(judge({ ...evidence, query }, { ...policy, query: null })?.verdict, "failed")
    }),
    { numRuns: 1_000 },
  )
})

test.run()
