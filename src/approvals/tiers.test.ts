import { test } from "uvu"
import * as assert from "uvu/assert"
import { approvalTier, endOfControl, reviewHours } from "./tiers.ts"

const tiers = [
  { score: 0, requiresCab: false, approvals: 0, controlRequired: false },
  { score: 50, requiresCab: false, approvals: 0, controlRequired: false },
  { score: 20, requiresCab: true, approvals: 1, controlRequired: false },
  { score: 51, requiresCab: true, approvals: 1, controlRequired: false },
  { score: 75, requiresCab: true, approvals: 1, controlRequired: false },
  { score: 76, requiresCab: true, approvals: 2, controlRequired: true },
  { score: 100, requiresCab: true, approvals: 2, controlRequired: true },
]
for (const { score, requiresCab, ...tier } of tiers)
  test(`a score of ${score} ${requiresCab ? "that goes to the board" : "that is free"} needs ${tier.approvals} approvals`, () =>
    assert.equal(approvalTier({ score, requiresCab }), tier))

test("approvers have two days, urgent ones one", () => assert.equal(reviewHours, { regular: 48, urgent: 24 }))

test("a control of 30 days holds to the end of the thirtieth", () =>
  assert.equal(endOfControl(new Date("2026-03-01T12:00:00Z"), 30), new Date("2026-03-31T12:00:00Z")))

test.run()
