import { suite } from "uvu"
import * as assert from "uvu/assert"
import { approveDeployment } from "../approvals/approve.ts"
import { rejectDeployment } from "../approvals/reject.ts"
import type { Caller, ExpectedRevision } from "../lib/principal.ts"
import { changePolicies, testEngine } from "../rings/testing.ts"
import { someone } from "../testing.ts"
import { cancelDeployment } from "./cancel.ts"
import { holdDeployment } from "./hold.ts"
import { promoteDeployment } from "./promote.ts"
import { resumeDeployment } from "./resume.ts"
import { rollbackDeployment } from "./rollback.ts"
import { refusal } from "./testing.ts"

const engine = await testEngine()
const { db, domain } = engine
const unknownId = "0199d3a1-5b7e-7c43-9f0a-000000000000"
const having = (expected: ExpectedRevision): Caller => ({ ...someone("operator", "operator"), expected })
const approval = { decision: "approved", rationale: "fine", conditions: [], controls: [] } as const

const verbs: Readonly<Record<string, (caller: Caller, id: string) => Promise<unknown>>> = {
  approve: (caller, id) => approveDeployment(domain, caller, id, approval),
  reject: (caller, id) => rejectDeployment(domain, caller, id, "no"),
  cancel: (caller, id) => cancelDeployment(domain, caller, id, "no"),
  hold: (caller, id) => holdDeployment(domain, caller, id, "wait"),
  resume: (caller, id) => resumeDeployment(domain, caller, id, "go"),
  promote: (caller, id) => promoteDeployment(domain, caller, id, "go"),
  rollback: (caller, id) => rollbackDeployment(domain, caller, id, "back"),
}

const test = suite("revision")
test.before.each(async () => {
  await engine.take()
  await changePolicies(db, { promotion: "manual", onFailure: "rollback" })
})
test.after(() => engine.close())

test("a revision is the number of events, and the one that was read is the one that may be expected", async () => {
  const { id } = await engine.submit({ appName: "Counted" })
  const { revision } = await engine.get(id)
  assert.is(revision, (await engine.story(id)).length)
  await holdDeployment(domain, having([revision]), id, "wait")
  assert.is((await engine.get(id)).revision, revision + 1)
  await resumeDeployment(domain, having([3, revision + 1]), id, "one of several")
  await holdDeployment(domain, having("*"), id, "whatever has happened")
})

for (const [name, act] of Object.entries(verbs)) {
  test(`${name} leaves a deployment alone to which something has happened since`, async () => {
    const { id } = await engine.submit({ appName: `Changed before ${name}` })
    const before = await engine.get(id)
    for (const expected of [[], [before.revision - 1], [before.revision + 1]])
      assert.is(await refusal(act(having(expected), id)), "precondition_failed")
    assert.equal(await engine.get(id), before)
  })

  test(`${name} of what is not there is told as such, whatever was expected`, async () => {
    assert.is(await refusal(act(having([1]), unknownId)), "not_found")
  })
}

test("two who look at the same gate and promote send it on by one ring, not by two", async () => {
  const { id } = await engine.submit({ appName: "Twice", targetRing: "PILOT" })
  await engine.drain()
  const seen = await engine.get(id)
  assert.equal([seen.currentRing, seen.heldAt !== null], ["LAB", true])
  await promoteDeployment(domain, having([seen.revision]), id, "first")
  await engine.drain()
  const moved = await engine.get(id)
  assert.equal([moved.currentRing, moved.heldAt !== null], ["CANARY", true])
  assert.is(await refusal(promoteDeployment(domain, having([seen.revision]), id, "second")), "precondition_failed")
  assert.is((await engine.get(id)).currentRing, "CANARY")
  await promoteDeployment(domain, someone("operator", "operator"), id, "who expects nothing is let through")
  await engine.drain()
  assert.is((await engine.get(id)).currentRing, "PILOT")
})

test("of five who act at once upon what they all have seen one does", async () => {
  const { id } = await engine.submit({ appName: "At once" })
  const { revision } = await engine.get(id)
  const acts = Array.from({ length: 5 }, () => holdDeployment(domain, having([revision]), id, "mine"))
  const outcomes = await Promise.allSettled(acts)
  assert.is(outcomes.filter(({ status }) => status === "fulfilled").length, 1)
  const kinds = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason.kind] : []))
  assert.equal(kinds, Array(4).fill("precondition_failed"))
})

test.run()
