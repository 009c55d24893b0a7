import { test } from "uvu"
import * as assert from "uvu/assert"
import { someone } from "../testing.ts"
import { approveDeployment } from "./approve.ts"
import { expireApprovals } from "./expire.ts"
import { rejectDeployment } from "./reject.ts"
import { anApproval, refusal, testBoard } from "./testing.ts"

const board = await testBoard()
const { domain } = board
const forever = new AbortController().signal
const approve = (id: string) => approveDeployment(domain, someone("ada", "approver"), id, anApproval)
const reject = (who: string, id: string) => rejectDeployment(domain, someone(who, "approver"), id, "Not this week")

test("a rejection ends it: status, outcome, reason, decision, event and wait", async () => {
  const { id } = await board.waiting("two")
  const rejected = await reject("ada", id)
  assert.equal([rejected.status, rejected.outcome, rejected.reason], ["REJECTED", "REJECTED", "Not this week"])
  const event = (await board.events(id)).at(-1)
  assert.equal(
    [event?.type, event?.principal, event?.data],
    ["CAB_REJECTED", "ada", { decision: "rejected", reason: "Not this week" }],
  )
  assert.equal([(await board.waits()).at(-1)?.decision, await board.dispatches(id)], ["rejected", 0])
  assert.is(await refusal(reject("bob", id)), "invalid_transition")
})

test("whoever submitted it may reject it, and a rejection outweighs approvals", async () => {
  const { id } = await board.waiting("two")
  await approve(id)
  assert.is((await reject("submitter", id)).status, "REJECTED")
  assert.equal((await board.events(id)).map(({ type }) => type).slice(-2), ["CAB_APPROVED", "CAB_REJECTED"])
})

test("what waits beyond its time is rejected as expired, by the control plane; what has time left waits on", async () => {
  const [late, early] = [await board.waiting("one"), await board.waiting("one")]
  await board.expireIn(late.id, -1)
  await board.expireIn(early.id, 60)
  const waitsBefore = (await board.waits()).length
  await expireApprovals(domain, forever)
  const ended = await board.get(late.id)
  assert.equal([ended.status, ended.outcome, ended.reason], ["REJECTED", "REJECTED", "expired"])
  const event = (await board.events(late.id)).at(-1)
  assert.equal(
    [event?.type, event?.principal, event?.data],
    ["CAB_REJECTED", "control-plane", { decision: "expired", reason: "expired" }],
  )
  assert.equal(
    (await board.waits()).slice(waitsBefore).map(({ decision }) => decision),
    ["expired"],
  )
  assert.is((await board.get(early.id)).status, "AWAITING_CAB")
})

test("swept again nothing more happens, and by several at once each expires once", async () => {
  const ids = await Promise.all(Array.from({ length: 5 }, async () => (await board.waiting("one")).id))
  for (const id of ids) await board.expireIn(id, -1)
  await Promise.all([1, 2, 3].map(() => expireApprovals(domain, forever)))
  await expireApprovals(domain, forever)
  for (const id of ids) assert.is((await board.events(id)).filter(({ type }) => type === "CAB_REJECTED").length, 1)
})

test("a sweep that is told to stop leaves the rest to the next", async () => {
  const { id } = await board.waiting("one")
  await board.expireIn(id, -1)
  await expireApprovals(domain, AbortSignal.abort())
  assert.is((await board.get(id)).status, "AWAITING_CAB")
})

test("an approval and the end of its time at the same moment: one wins, never both", async () => {
  const seen = new Set<string>()
  // The first has no time left, and the last has plenty: in between they meet.
  for (let round = 0; round < 30; round++) {
    const { id } = await board.waiting("one", { appName: `Race ${round}` })
    await board.expireIn(id, [0, 0.004, 0.008, 0.016, 0.5][round % 5] ?? 0)
    const [approved] = await Promise.allSettled([approve(id), expireUntilDecided(id)])
    const { status } = await board.get(id)
    const ends = (await board.events(id)).filter(
      ({ type }) => type === "DEPLOYMENT_APPROVED" || type === "CAB_REJECTED",
    )
    const won = approved.status === "fulfilled"
    assert.equal([status, ends.length, await board.dispatches(id)], won ? ["APPROVED", 1, 1] : ["REJECTED", 1, 0])
    seen.add(status)
  }
  assert.is(seen.size, 2, "both have won at times")
})

async function expireUntilDecided(id: string): Promise<void> {
  while ((await board.get(id)).status === "AWAITING_CAB") await expireApprovals(domain, forever)
}

test.after(() => board.close())

test.run()
