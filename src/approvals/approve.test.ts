import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { cancelDeployment } from "../deployments/cancel.ts"
import { createDeployment } from "../deployments/create.ts"
import { startTestTelemetry } from "../telemetry/testing.ts"
import { currentTraceparent, withSpan } from "../telemetry/trace.ts"
import { aDeployment, someone } from "../testing.ts"
import { approveDeployment } from "./approve.ts"
import { decisionsOn } from "./decision.ts"
import { getApprovals } from "./list.ts"
import { rejectDeployment } from "./reject.ts"
import { aControl, anApproval, refusal, testBoard } from "./testing.ts"
import type { Approval } from "./types.ts"

const telemetry = startTestTelemetry()
const board = await testBoard()
const { domain, db } = board

const approve = (who: string, id: string, changed: Partial<Approval> = {}) =>
  approveDeployment(domain, someone(who, "approver"), id, { ...anApproval, ...changed })
const types = async (id: string) => (await board.events(id)).map(({ type }) => type)
const beginning = ["DEPLOYMENT_CREATED", "RISK_ASSESSED", "CAB_SUBMITTED"]

test("one approval clears what needs one: status, decision, events, wait and one task, together", async () => {
  const { id, createdAt } = await board.waiting("one")
  const waitsBefore = (await board.waits()).length
  const cleared = await approve("ada", id)
  assert.equal([cleared.id, cleared.status, cleared.outcome], [id, "APPROVED", null])
  assert.equal(await types(id), [...beginning, "CAB_APPROVED", "DEPLOYMENT_APPROVED"])
  assert.is(await board.dispatches(id), 1)
  const { decisions, ...rest } = await getApprovals(db, id)
  const { at, ...decision } = decisions[0] ?? { at: new Date(0) }
  assert.equal([decisions.length, decision], [1, { ...anApproval, approver: "ada" }])
  assert.equal([rest.status, rest.approvals, rest.required, rest.controlRequired], ["APPROVED", 1, 1, false])
  const [wait, ...more] = (await board.waits()).slice(waitsBefore)
  assert.equal([wait?.decision, more], ["approved", []])
  assert.ok(Math.abs((wait?.seconds ?? Number.NaN) - (at.getTime() - createdAt.getTime()) / 1_000) < 0.01)
})

test("above 75 the first approval keeps it waiting, the second clears it; a control may come from either", async () => {
  for (const first of [true, false]) {
    const { id } = await board.waiting("two", { appName: `Controlled by ${first ? "the first" : "the second"}` })
    const half = await approve("ada", id, { controls: first ? [aControl] : [] })
    assert.equal([half.status, await board.dispatches(id)], ["AWAITING_CAB", 0])
    const cleared = await approve("bob", id, { controls: first ? [] : [aControl] })
    assert.equal([cleared.status, await board.dispatches(id)], ["APPROVED", 1])
    assert.equal(await types(id), [...beginning, "CAB_APPROVED", "CAB_APPROVED", "DEPLOYMENT_APPROVED"])
  }
})

test("events tell what was decided, how far it is, and who cleared it", async () => {
  const { id } = await board.waiting("two")
  const conditional = { decision: "conditional", conditions: ["Not before Monday"], controls: [aControl] } as const
  await approve("ada", id, conditional)
  await approve("bob", id)
  const [first, second, cleared] = (await board.events(id)).slice(-3)
  assert.equal(first?.data, { ...anApproval, ...conditional, approvals: 1, required: 2 })
  assert.equal(second?.data, { ...anApproval, approvals: 2, required: 2 })
  assert.equal([first?.principal, second?.principal, cleared?.principal], ["ada", "bob", "bob"])
  assert.equal(cleared?.data, { automatic: false, approvers: ["ada", "bob"] })
})

test("above 75 the last approval is refused without any control, and nothing of it is written", async () => {
  const { id } = await board.waiting("two")
  await approve("ada", id)
  const story = await types(id)
  assert.is(await refusal(approve("bob", id)), "controls_required")
  assert.equal([await types(id), (await decisionsOn(db, id)).length], [story, 1])
  assert.equal([(await board.get(id)).status, await board.dispatches(id)], ["AWAITING_CAB", 0])
  assert.is((await approve("bob", id, { controls: [aControl] })).status, "APPROVED")
})

test("a control that is over by the last approval does not count", async () => {
  const { id } = await board.waiting("two")
  const expired = JSON.stringify([{ ...aControl, expiresInDays: 1 }])
  await db.execute(sql`INSERT INTO approvals (deployment_id, approver, decision, rationale, controls, at)
    VALUES (${id}, 'ada', 'approved', 'two days ago', ${expired}::jsonb, now() - interval '2 days')`)
  assert.is(await refusal(approve("bob", id)), "controls_required")
})

test("a conditional approval counts, and its conditions are kept and shown", async () => {
  const { id } = await board.waiting("one")
  const conditional = { decision: "conditional", conditions: ["Not before Monday", "With ada present"] } as const
  assert.is((await approve("ada", id, conditional)).status, "APPROVED")
  const [decision] = (await getApprovals(db, id)).decisions
  assert.equal([decision?.decision, decision?.conditions], ["conditional", conditional.conditions])
})

for (const spelling of ["submitter", "Submitter", "SUBMITTER"])
  test(`four eyes: who submitted it may not approve it, as ${spelling} neither, whatever their role`, async () => {
    const { id } = await board.waiting("one")
    for (const role of ["approver", "admin"] as const)
      assert.is(await refusal(approveDeployment(domain, someone(spelling, role), id, anApproval)), "four_eyes")
    assert.equal([(await board.get(id)).status, (await decisionsOn(db, id)).length], ["AWAITING_CAB", 0])
  })

test("people are compared by the letters of every script, and not by how their name is encoded", async () => {
  const input = aDeployment({ evidence: {} })
  const { id } = (await createDeployment(domain, someone("Zo\u00eb \u00c5str\u00f6m"), input)).deployment
  for (const spelling of ["zo\u00eb \u00e5str\u00f6m", "Zoe\u0308 A\u030astro\u0308m", "ZO\u00cb \u00c5STR\u00d6M"])
    assert.is(await refusal(approve(spelling, id)), "four_eyes")
  await approve("\u00c9mile", id)
  assert.is(await refusal(approve("\u00e9MILE", id, { controls: [aControl] })), "already_decided")
})

test("nobody decides twice, however they spell their name and whatever has become of it", async () => {
  const { id } = await board.waiting("two")
  await approve("ada", id, { controls: [aControl] })
  assert.is(await refusal(approve("ada", id)), "already_decided")
  assert.is(await refusal(approve("Ada", id)), "already_decided")
  assert.is(await refusal(rejectDeployment(domain, someone("ADA", "approver"), id, "no")), "already_decided")
  await approve("bob", id)
  assert.is(await refusal(approve("bob", id)), "already_decided")
  assert.is(await board.dispatches(id), 1)
})

test("what waits for nobody's approval cannot be approved, and what does not exist neither", async () => {
  const { id } = await board.waiting("one")
  await cancelDeployment(domain, someone("submitter"), id, "not needed")
  assert.is(await refusal(approve("ada", id)), "invalid_transition")
  const unknown = "0199d3a1-5b7e-7c43-9f0a-000000000000"
  assert.is(await refusal(approve("ada", unknown)), "not_found")
})

test("what has expired cannot be approved, also before it is swept", async () => {
  const { id } = await board.waiting("one")
  await board.expireIn(id, -1)
  assert.is(await refusal(approve("ada", id)), "invalid_transition")
  assert.equal([(await board.get(id)).status, (await decisionsOn(db, id)).length], ["AWAITING_CAB", 0])
})

test("two people who approve at the same moment clear it once", async () => {
  for (let round = 0; round < 10; round++) {
    const { id } = await board.waiting("two", { appName: `Together ${round}` })
    const both = await Promise.all(["ada", "bob"].map((who) => approve(who, id, { controls: [aControl] })))
    assert.equal(both.map(({ status }) => status).sort(), ["APPROVED", "AWAITING_CAB"])
    assert.is(await board.dispatches(id), 1)
    assert.is((await types(id)).filter((type) => type === "DEPLOYMENT_APPROVED").length, 1)
  }
})

test("of many who approve what needs one, one does; of one person's many calls, one counts", async () => {
  const { id } = await board.waiting("one")
  const many = await Promise.allSettled(["ada", "bob", "carol", "dan", "eve"].map((who) => approve(who, id)))
  assert.is(many.filter(({ status }) => status === "fulfilled").length, 1)
  const second = (await board.waiting("two")).id
  const same = await Promise.allSettled(Array.from({ length: 5 }, () => approve("ada", second)))
  assert.is(same.filter(({ status }) => status === "fulfilled").length, 1)
  assert.equal([await board.dispatches(id), await board.dispatches(second)], [1, 0])
})

test("an approval is a stage in the deployment's own trace, linked to the stage before and to the request", async () => {
  const { id } = await withSpan("POST /api/v1/deployments", {}, () => board.waiting("one"))
  const stage = (
    await db.execute<{ own: string; before: string }>(
      sql`SELECT traceparent AS own, stage_traceparent AS before FROM deployments WHERE id = ${id}`,
    )
  )[0]
  const request = await withSpan("request", {}, async () => {
    await approve("ada", id)
    return currentTraceparent()
  })
  const span = telemetry
    .spans()
    .find(({ name, attributes }) => name === "deployment.approve" && attributes["deployment.id"] === id)
  assert.is(span?.traceId, stage?.own.split("-")[1])
  assert.equal(
    span?.links.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
    [stage?.before, request],
  )
  assert.is(span?.attributes["eucora.approval.decision"], "approved")
  const [after] = await db.execute(sql`SELECT stage_traceparent AS stage FROM deployments WHERE id = ${id}`)
  assert.is(after?.["stage"], `00-${span?.traceId}-${span?.spanId}-01`)
})

test.after(async () => {
  await board.close()
  await telemetry.shutdown(1_000)
})

test.run()
