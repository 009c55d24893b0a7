import { test } from "uvu"
import * as assert from "uvu/assert"
import { type GateEvidence, gateOutcomes, gateReasons, judge, type QueryAnswer, unmeasurable } from "./gate.ts"
import type { RingPolicy } from "./policy.ts"
import { answered, counts, gatePolicy, ringEvidence } from "./testing-gate.ts"

const query = { promql: "up", comparison: "at_least", threshold: 0.9, timeoutSeconds: 1, mode: "decide" } as const
const value = (found: number): QueryAnswer => ({ kind: "value", value: found })
const empty: QueryAnswer = { kind: "empty" }
const error: QueryAnswer = { kind: "error", error: "Prometheus cannot be reached" }
const overdue = { elapsedSeconds: 100 }
const soaked = { soakedSeconds: 60 }
const good = { counts: counts(95, 5, 0), ...soaked }

type Case = readonly [
  what: string,
  evidence: Partial<GateEvidence>,
  policy: Partial<RingPolicy>,
  verdict: string,
  source?: string,
  said?: RegExp,
]

const cases: readonly Case[] = [
  // Early: what is measured is bad, whatever is pending.
  [
    "failed devices beyond the limit",
    { counts: counts(94, 6, 0) },
    {},
    "failed failure_limit",
    "devices",
    /^6 of 100 /,
  ],
  ["just as many failed devices as may be", { counts: counts(0, 5, 95) }, {}, "wait"],
  ["one of one device failed", { counts: counts(0, 1, 0) }, {}, "failed failure_limit"],
  ["more incidents than may be", { incidents: 2 }, {}, "failed incidents", "incidents", /^2 incidents were /],
  ["as many incidents as may be", { incidents: 1 }, {}, "wait"],
  [
    "an incident where none may be",
    { incidents: 1 },
    { incidentLimit: 0 },
    "failed incidents",
    "incidents",
    /^1 incident was/,
  ],
  ["incidents in a ring that is well otherwise", { ...good, incidents: 2 }, {}, "failed incidents"],
  ["incidents and failed devices", { counts: counts(0, 9, 0), incidents: 2 }, {}, "failed incidents"],
  ["a bad ring during the soak", { counts: counts(90, 10, 0), soakedSeconds: 5 }, {}, "failed failure_limit"],
  // Compliance, sample and soak.
  ["nobody has answered yet", {}, {}, "wait"],
  ["no devices at all", { counts: counts(0, 0, 0) }, {}, "wait"],
  [
    "a rate at the threshold after the soak",
    good,
    {},
    "passed met",
    "devices",
    /^95 of 100 devices have it, at least 95 %/,
  ],
  ["the same, not soaked yet", { ...good, soakedSeconds: 59.9 }, {}, "wait"],
  ["the same, not known since when it complies", { ...good, soakedSeconds: null }, {}, "wait"],
  ["the same beyond the compliance limit, still soaking", { ...good, ...overdue, soakedSeconds: 1 }, {}, "wait"],
  ["a rate just below it", { counts: counts(94, 5, 1), ...soaked }, {}, "wait"],
  ["a good rate of too few", { counts: counts(9, 0, 0), ...soaked }, {}, "wait"],
  ["a good rate of just enough", { counts: counts(10, 0, 0), ...soaked }, {}, "passed met"],
  // At the compliance limit, and no earlier.
  [
    "too few installed at the limit, hold",
    { counts: counts(90, 2, 8), ...overdue },
    {},
    "inconclusive success_rate",
    "devices",
    /^90 of 100 devices have it after 100 s, 95 %/,
  ],
  [
    "too few installed at the limit, fail",
    { counts: counts(90, 2, 8), ...overdue },
    { noData: "fail" },
    "failed success_rate",
  ],
  ["too few installed at the limit, wait", { counts: counts(90, 2, 8), ...overdue }, { noData: "wait" }, "wait"],
  ["just before the limit", { counts: counts(90, 2, 8), elapsedSeconds: 99.9 }, {}, "wait"],
  [
    "too few answers at the limit, hold",
    { counts: counts(9, 0, 91), ...overdue },
    {},
    "inconclusive no_data",
    "devices",
    /^9 of 100 devices have answered after 100 s, too few/,
  ],
  [
    "too few answers at the limit, fail",
    { counts: counts(9, 0, 91), ...overdue },
    { noData: "fail" },
    "failed no_data",
  ],
  ["too few answers at the limit, wait", { counts: counts(9, 0, 91), ...overdue }, { noData: "wait" }, "wait"],
  ["no answers where no sample is asked for", overdue, { minimumSample: 0 }, "inconclusive no_data"],
  ["no devices at the limit", { counts: counts(0, 0, 0), ...overdue }, { minimumSample: 0 }, "inconclusive no_data"],
  ["what would hold, seen from the limit on", { counts: counts(0, 6, 94), ...overdue }, {}, "failed failure_limit"],
  // The query.
  ["a query that is not asked yet", good, { query }, "passed met"],
  ["a value at the threshold", { ...good, ...answered(value(0.9)) }, { query }, "passed met"],
  [
    "a value below it",
    { ...good, ...answered(value(0.899)) },
    { query },
    "failed query",
    "query",
    /^The query found 0\.899, wanted was at least 0\.9/,
  ],
  [
    "a value at an upper threshold",
    { ...good, ...answered(value(0.9)) },
    { query: { ...query, comparison: "at_most" } },
    "passed met",
  ],
  [
    "a value above it",
    { ...good, ...answered(value(0.901)) },
    { query: { ...query, comparison: "at_most" } },
    "failed query",
    "query",
    /at most 0\.9/,
  ],
  ["no value, hold", { ...good, ...answered(empty) }, { query }, "inconclusive no_data", "query"],
  ["no value, fail", { ...good, ...answered(empty) }, { query, noData: "fail" }, "failed no_data", "query"],
  ["no value, wait", { ...good, ...answered(empty) }, { query, noData: "wait" }, "wait"],
  ["no answer", { ...good, ...answered(error) }, { query }, "inconclusive query_error", "query", /cannot be reached/],
  [
    "no answer, where missing data fails",
    { ...good, ...answered(error) },
    { query, noData: "fail" },
    "inconclusive query_error",
  ],
  ["a bad value during the soak", { ...good, soakedSeconds: 1, ...answered(value(0)) }, { query }, "wait"],
  [
    "a bad value and bad devices",
    { counts: counts(0, 9, 0), ...answered(value(0)) },
    { query },
    "failed failure_limit",
  ],
  ["no answer and bad devices", { counts: counts(0, 9, 0), ...answered(error) }, { query }, "failed failure_limit"],
  ...[value(0), empty, error].map(
    (answer): Case => [
      `a dry run that finds ${answer.kind}`,
      { ...good, ...answered(answer) },
      { query: { ...query, mode: "dry_run" }, noData: "fail" },
      "passed met",
    ],
  ),
  // What stands against going on although the ring is well.
  [
    "a firing alert",
    { ...good, alerts: ["HighErrors", "Slow"] },
    { holdOnAlerts: true },
    "inconclusive alert",
    "alerts",
    /HighErrors, Slow/,
  ],
  ["a firing alert that the policy does not ask for", { ...good, alerts: ["HighErrors"] }, {}, "passed met"],
  [
    "a firing alert and bad devices",
    { counts: counts(0, 9, 0), alerts: ["A"] },
    { holdOnAlerts: true },
    "failed failure_limit",
  ],
  [
    "a firing alert and a bad value",
    { ...good, alerts: ["A"], ...answered(value(0)) },
    { query, holdOnAlerts: true },
    "failed query",
  ],
  [
    "a roll-back that was not tested",
    { ...good, rollbackTested: false },
    { requireTestedRollback: true },
    "inconclusive rollback_untested",
    "evidence",
  ],
  [
    "the same in the last ring",
    { ...good, rollbackTested: false, last: true },
    { requireTestedRollback: true },
    "passed met",
  ],
  ["a roll-back that was tested", good, { requireTestedRollback: true }, "passed met"],
  ["an untested roll-back where nobody asks", { ...good, rollbackTested: false }, {}, "passed met"],
  [
    "an alert and an untested roll-back",
    { ...good, alerts: ["A"], rollbackTested: false },
    { holdOnAlerts: true, requireTestedRollback: true },
    "inconclusive alert",
  ],
]

for (const [what, evidence, policy, expected, source, said] of cases)
  test(`${what}: ${expected}`, () => {
    const judgement = judge(ringEvidence(evidence), { ...gatePolicy, ...policy })
    assert.is(judgement === undefined ? "wait" : `${judgement.verdict} ${judgement.reason}`, expected)
    if (source !== undefined) assert.is(judgement?.source, source)
    if (said !== undefined) assert.match(judgement?.explanation ?? "", said)
  })

test("the table has every verdict with every reason that it may have, but for those of a back end that is not asked", () => {
  const said = new Set(cases.map(([, , , verdict]) => verdict))
  const possible = gateOutcomes.map(({ verdict, reason }) => `${verdict} ${reason}`)
  assert.equal(
    possible.filter((outcome) => !said.has(outcome)),
    ["inconclusive measuring"],
  )
  assert.equal(
    [...said].filter((outcome) => outcome !== "wait" && !possible.includes(outcome)),
    [],
  )
  assert.equal([...new Set(gateOutcomes.map(({ reason }) => reason))].sort(), [...gateReasons].sort())
})

test("a judgement holds the number that it rests on, the one that was wanted, and the devices that had answered", () => {
  const numbers = (evidence: Partial<GateEvidence>, policy: Partial<RingPolicy> = {}) => {
    const { value: found, threshold, sample } = judge(ringEvidence(evidence), { ...gatePolicy, ...policy }) ?? {}
    return [found, threshold, sample]
  }
  assert.equal(numbers(good), [0.95, 0.95, 100])
  assert.equal(numbers({ counts: counts(10, 30, 60) }), [0.3, 0.05, 40])
  assert.equal(numbers({ incidents: 3 }), [3, 1, 0])
  assert.equal(numbers({ counts: counts(0, 0, 0), ...overdue }), [null, 0.95, 0])
  assert.equal(numbers({ ...good, ...answered(value(0.5)) }, { query }), [0.5, 0.9, 100])
  assert.equal(numbers({ ...good, ...answered(empty) }, { query }), [null, 0.9, 100])
})

test("failed measurements, errors of measuring and no data are three different things", () => {
  const failed = judge(ringEvidence({ counts: counts(0, 50, 50) }), gatePolicy)
  const missing = judge(ringEvidence(overdue), gatePolicy)
  const broken = unmeasurable(counts(3, 0, 97), "intune: no answer")
  assert.equal([failed?.verdict, failed?.reason], ["failed", "failure_limit"])
  assert.equal([missing?.verdict, missing?.reason], ["inconclusive", "no_data"])
  assert.equal(broken, {
    verdict: "inconclusive",
    reason: "measuring",
    explanation: "The back end could not be asked how far it is: intune: no answer",
    value: null,
    threshold: null,
    sample: 3,
    source: "connector",
  })
})

test.run()
