import { test } from "uvu"
import * as assert from "uvu/assert"
import { canary, deployment, failedGate, heldDeployment, lab, now, someApprovals } from "../testing/answers.ts"
import { standingOf } from "./standing.ts"

/** Question, answer and commands. */
function told(changed: Partial<typeof deployment>, approvals?: typeof someApprovals) {
  const { question, answer, commands } = standingOf({ ...deployment, ...changed }, approvals, now)
  return [question, answer, commands.join(" ")]
}

test("held by its gate: the gate's own sentence, since when, and three ways on", () => {
  assert.equal(told(heldDeployment), [
    "Why it stopped",
    "CANARY: 2 of 20 devices failed, more than 2 %. Held since 2026-03-01 12:02:00Z.",
    "resume promote rollback",
  ])
})

test("a ring that has passed waits to be promoted, which is no failure; nothing is there to be judged anew", () => {
  const rings = [lab, { ...canary, state: "passed" as const }]
  const [question, , commands] = told({ ...heldDeployment, rings, held_reason: "CANARY has passed its gate" })
  assert.equal([question, commands], ["What it waits for", "promote rollback"])
})

test("held before its first ring it can be let go or cancelled", () => {
  const early = { ...heldDeployment, current_ring: null, rings: [], held_reason: "the vendor has an outage" }
  assert.equal(told({ ...early, status: "PENDING" }), [
    "Why it stopped",
    "the vendor has an outage. Held since 2026-03-01 12:02:00Z.",
    "resume cancel",
  ])
})

test("awaiting the CAB: how many approvals are there, what else is needed, and how long there is", () => {
  const awaiting = { status: "AWAITING_CAB", approval_expires_at: "2026-03-03T12:00:00.000Z" } as const
  assert.equal(told(awaiting, someApprovals), [
    "What it waits for",
    "For the CAB: 2 approvals and a compensating control, 1 given; rejected as expired in 48 h.",
    "approve reject cancel",
  ])
})

test("PENDING waits for its time, or else for its turn", () => {
  const early = { status: "PENDING", not_before: "2026-03-01T14:05:00.000Z" } as const
  assert.is(told(early)[1], "For its time: it starts in 2 h, at 2026-03-01 14:05:00Z.")
  const late = { status: "PENDING", not_before: "2026-03-01T11:00:00.000Z" } as const
  assert.is(told(late)[1], "For its turn: LAB is taken by another deployment of Notepad++.")
})

test("in a ring: for how long, how many devices have it, and whether it soaks", () => {
  assert.equal(told({}), ["What it does", "In CANARY for 4 min: 16 of 20 devices have it.", "hold rollback"])
  const soaking = { ...canary, installed: 20, compliant_at: "2026-03-01T12:04:00.000Z" }
  const [, answer] = told({ rings: [lab, soaking] })
  assert.is(answer, "In CANARY for 4 min: 20 of 20 devices have it, it complies since 12:04:00Z and soaks.")
  const fresh = { ...canary, measured_at: null }
  assert.is(told({ rings: [lab, fresh] })[1], "In CANARY for 4 min: nothing is measured yet.")
})

test("between two rings it waits for the next one by name; an alert that keeps it back is told", () => {
  assert.is(told({ current_ring: "LAB", rings: [lab] })[1], "For its turn: it goes on to CANARY once that is free.")
  const alert = {
    ...failedGate,
    verdict: "inconclusive",
    reason: "alert",
    explanation: "Alerts are firing: A.",
  } as const
  assert.equal(told({ gates: [alert] }).slice(0, 2), ["What it waits for", "CANARY: Alerts are firing: A."])
})

test("what has ended says why, in the API's own sentence", () => {
  for (const status of ["FAILED", "ROLLED_BACK", "REJECTED", "CANCELLED"] as const)
    assert.equal(told({ status, reason: "nobody wants it" }), ["Why it stopped", "nobody wants it.", ""])
  const going = told({ status: "ROLLING_BACK", reason: "CANARY: 2 of 20 devices failed, more than 2 %." })
  assert.is(going[1], "CANARY: 2 of 20 devices failed, more than 2 %. It is being rolled back.")
  assert.equal(told({ status: "COMPLETED" }), [
    "How it ended",
    "PILOT has passed, and with it every ring on the way.",
    "rollback",
  ])
})

test("before its first ring it says so", () => {
  assert.is(told({ status: "APPROVED" })[1], "It is cleared and about to start.")
  assert.is(told({ current_ring: null, rings: [] })[1], "Its first ring is about to start.")
})

test.run()
