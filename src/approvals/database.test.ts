/** What the database refuses by itself, to the application's own role: whatever the verbs may come to do. */
import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { databaseCode, violatedConstraint } from "../db/errors.ts"
import { someone } from "../testing.ts"
import { approveDeployment } from "./approve.ts"
import { anApproval, testBoard } from "./testing.ts"

const board = await testBoard()
const sql = postgres(board.urls.url, { max: 1, onnotice: () => {} })

/** SQLSTATE, and the constraint where one is named. */
async function refused(work: Promise<unknown>): Promise<readonly (string | undefined)[]> {
  const thrown = await work.then(
    () => assert.unreachable("the database took it"),
    (error: unknown) => error,
  )
  return [databaseCode(thrown), violatedConstraint(thrown)]
}

const decide = (id: string, approver: string, decision = "approved") =>
  sql`INSERT INTO approvals (deployment_id, approver, decision, rationale) VALUES (${id}, ${approver}, ${decision}, 'r')`
const become = (id: string, status: string) => sql`UPDATE deployments SET status = ${status} WHERE id = ${id}`

for (const approver of ["submitter", "SubMitter"])
  for (const decision of ["approved", "conditional"])
    test(`${approver} cannot be written as ${decision} of what submitter submitted`, async () => {
      const { id } = await board.waiting("one")
      assert.equal(await refused(decide(id, approver, decision)), ["23514", "approvals_four_eyes"])
    })

test("four eyes cannot be got round by changing who submitted it", async () => {
  const { id } = await board.waiting("one")
  const [code] = await refused(sql`UPDATE deployments SET submitter = 'somebody else' WHERE id = ${id}`)
  assert.is(code, "23001")
})

test("nobody is written twice for a deployment, in another spelling neither", async () => {
  const { id } = await board.waiting("two")
  await decide(id, "ada")
  assert.equal(await refused(decide(id, "ADA")), ["23505", "approvals_once"])
})

for (const status of ["APPROVED", "PENDING", "DEPLOYING", "COMPLETED", "FAILED", "ROLLING_BACK"])
  test(`what awaits the board does not become ${status} with too few approvals`, async () => {
    const { id } = await board.waiting("two")
    assert.equal(await refused(become(id, status)), ["23514", "deployments_quorum"])
    await decide(id, "ada")
    assert.equal(await refused(become(id, status)), ["23514", "deployments_quorum"])
  })

test("a rejection is no approval", async () => {
  const { id } = await board.waiting("one")
  await decide(id, "ada", "rejected")
  assert.equal(await refused(become(id, "APPROVED")), ["23514", "deployments_quorum"])
})

test("with its approvals it leaves, and without them it may be rejected or cancelled", async () => {
  const { id } = await board.waiting("two")
  await decide(id, "ada")
  await decide(id, "bob")
  await become(id, "APPROVED")
  for (const status of ["REJECTED", "CANCELLED"]) await become((await board.waiting("two")).id, status)
})

test("a decision cannot be changed, deleted or swept away", async () => {
  const { id } = await board.waiting("two")
  await approveDeployment(board.domain, someone("ada", "approver"), id, anApproval)
  const denied = "42501"
  for (const change of [
    sql`UPDATE approvals SET decision = 'rejected' WHERE deployment_id = ${id}`,
    sql`DELETE FROM approvals WHERE deployment_id = ${id}`,
    sql`TRUNCATE approvals`,
  ])
    assert.is((await refused(change))[0], denied)
})

test("nor can its owner, who has every right", async () => {
  const owner = postgres(board.urls.ownerUrl, { max: 1, onnotice: () => {} })
  for (const change of [
    owner`UPDATE approvals SET decision = 'rejected'`,
    owner`DELETE FROM approvals`,
    owner`TRUNCATE approvals`,
  ])
    assert.is((await refused(change))[0], "23001")
  await owner.end()
})

test.after(async () => {
  await sql.end()
  await board.close()
})

test.run()
