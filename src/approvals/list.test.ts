import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { createDeployment } from "../deployments/create.ts"
import { aDeployment, someone } from "../testing.ts"
import { approveDeployment } from "./approve.ts"
import { getApprovals, listApprovals } from "./list.ts"
import { rejectDeployment } from "./reject.ts"
import { aControl, anApproval, refusal, testBoard } from "./testing.ts"
import type { ApprovalFilter, ApprovalRequest, ApprovalState } from "./types.ts"

const board = await testBoard()
const { domain, db } = board
const hour = 3_600
const approve = (who: string, id: string) =>
  approveDeployment(domain, someone(who, "approver"), id, { ...anApproval, controls: [aControl] })

/** What a list holds, page by page. */
async function all(person: string, state: ApprovalState, changed: Partial<ApprovalFilter> = {}) {
  const found: ApprovalRequest[] = []
  for (let after: ApprovalFilter["after"]; ; ) {
    const page = await listApprovals(db, person, { state, hours: 24, limit: 2, ...changed, after })
    found.push(...page.items)
    if (page.next === undefined) return found
    after = page.next
  }
}
const ids = async (...of: Parameters<typeof all>) => (await all(...of)).map(({ deployment }) => deployment.id)

test("mine is what waits for a person who neither submitted it nor has decided, the least time left first", async () => {
  const late = await board.waiting("two")
  const soon = await board.waiting("one")
  const decided = await board.waiting("two")
  const over = await board.waiting("one")
  const { deployment: own } = await createDeployment(domain, someone("Ada"), aDeployment({ evidence: {} }))
  await board.expireIn(soon.id, hour)
  await board.expireIn(over.id, -1)
  await approve("ADA", decided.id)
  assert.equal(await ids("ada", "mine"), [soon.id, late.id])
  assert.equal(await ids("submitter", "mine"), [own.id])
  assert.equal(await ids("bob", "mine"), [soon.id, late.id, decided.id, own.id])
  const [request] = (await all("bob", "mine")).filter(({ deployment }) => deployment.id === decided.id)
  assert.equal([request?.approvals, request?.required, request?.controlRequired], [1, 2, true])
  assert.is(request?.decision, null)
})

test("expiring is what has no more than so many hours left, whosever it is", async () => {
  const [first, second] = [await board.waiting("one"), await board.waiting("one")]
  await board.expireIn(first.id, 2.5 * hour)
  await board.expireIn(second.id, 3.5 * hour)
  const within = async (hours: number) => (await ids("submitter", "expiring", { hours })).slice(-2)
  assert.ok(!(await within(2)).includes(first.id))
  assert.is((await within(3)).at(-1), first.id)
  assert.equal(await within(4), [first.id, second.id])
})

test("decided is what a person has decided on, the newest first, with the decision", async () => {
  const [approved, rejected] = [await board.waiting("one"), await board.waiting("one")]
  await approve("carol", approved.id)
  await rejectDeployment(domain, someone("Carol", "approver"), rejected.id, "Not this week")
  const found = await all("carol", "decided", { limit: 1 })
  assert.equal(
    found.map(({ deployment, decision }) => [deployment.id, deployment.status, decision?.decision]),
    [
      [rejected.id, "REJECTED", "rejected"],
      [approved.id, "APPROVED", "approved"],
    ],
  )
  assert.equal(await ids("nobody", "decided"), [])
})

test("pages of any size hold everything once, also where many have the very same time", async () => {
  const made = await Promise.all(Array.from({ length: 7 }, () => board.waiting("two")))
  await db.execute(sql`UPDATE deployments SET approval_expires_at = date_trunc('minute', now()) + interval '5 hours'
    WHERE status = 'AWAITING_CAB'`)
  const whole = await ids("dan", "mine", { limit: 200 })
  assert.ok(made.every(({ id }) => whole.includes(id)))
  for (const limit of [1, 2, 3, whole.length]) assert.equal(await ids("dan", "mine", { limit }), whole)
  for (const { id } of made) await approve("dan", id)
  assert.equal(await ids("dan", "decided", { limit: 3 }), await ids("dan", "decided", { limit: 200 }))
  assert.equal((await ids("dan", "decided")).length, made.length)
})

test("what is served of a deployment holds neither its evidence nor its assessment", async () => {
  await board.waiting("one")
  for (const { deployment } of [...(await all("eve", "mine")), ...(await all("dan", "decided"))])
    assert.equal(
      Object.keys(deployment).filter((key) => /evidence$|assessment|applicationId|stage/i.test(key)),
      [],
    )
})

test("a deployment that nobody had to approve has no decisions, and an unknown one is not found", async () => {
  const { deployment } = await createDeployment(domain, someone(), aDeployment())
  const { expiresAt, ...rest } = await getApprovals(db, deployment.id)
  const none = { approvals: 0, required: 0, controlRequired: false, decisions: [] }
  assert.equal([rest, expiresAt], [{ deploymentId: deployment.id, status: "APPROVED", ...none }, null])
  assert.is(await refusal(getApprovals(db, "0199d3a1-5b7e-7c43-9f0a-000000000000")), "not_found")
})

test.after(() => board.close())

test.run()
