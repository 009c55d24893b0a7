import { test } from "uvu"
import * as assert from "uvu/assert"
import { against, answering, deploy, request, rollback } from "./fixtures/against.ts"
import type { Exchange } from "./fixtures/exchange.ts"
import { sccm } from "./fixtures/sccm.ts"

test("an error in the body of a 200 is an error", async () => {
  const exchanges = [sccm.token, answering(sccm.application, { error: { code: "1", message: "no" } })]
  const error = await against("sccm", exchanges, (c, signal) => deploy(c, signal).catch((thrown) => thrown.errorType))
  assert.is(error, "malformed")
})

const assignmentJson = sccm.assigned.answer.json.value[0]

test("what is assigned to the collection already is taken, whoever made it", async () => {
  const value = [{ ...assignmentJson, AssignmentName: "by hand", AssignmentDescription: null }]
  const exchanges = [sccm.token, sccm.application, sccm.applicationByKey, answering(sccm.assigned, { value })]
  assert.equal(await against("sccm", exchanges, deploy), { externalId: "16777231", existed: true })
})

for (const [what, answer] of [
  ["exists already", { status: 409 }],
  ["is answered without an id", { status: 201, json: {} }],
] as const)
  test(`an assignment that ${what} is looked up by its name`, async () => {
    const created = { ...sccm.assign, answer }
    const exchanges = [sccm.token, sccm.application, sccm.applicationByKey, sccm.unassigned, created, sccm.assigned]
    assert.equal(await against("sccm", exchanges, deploy), { externalId: "16777231", existed: true })
  })

test("a roll-back assigns the earlier version and then deletes ours of the newer one, and nobody else's", async () => {
  const of = (id: number, by: string, model: number) => ({
    ...assignmentJson,
    AssignmentID: id,
    AssignmentName: `${by} ${id}`,
    AssignmentDescription: by,
    AppModelID: model,
  })
  const value = [of(1, "Made by eucora: install 2.0.0", 5), of(2, "An operator", 6)]
  const exchanges: readonly Exchange[] = [
    sccm.token,
    sccm.application,
    sccm.applicationByKey,
    answering(sccm.assigned, { value }),
    sccm.assign,
    { ...sccm.unassign, request: { ...sccm.unassign.request, path: "/AdminService/wmi/SMS_ApplicationAssignment(1)" } },
  ]
  assert.equal(await against("sccm", exchanges, rollback), { externalId: "16777231", existed: false })
})

test("without a summary nothing is known of the devices", async () => {
  const exchanges = [sccm.token, answering(sccm.summary, { value: [] })]
  const asked = { ...request, externalId: "16777231" }
  const found = await against("sccm", exchanges, (connector, signal) => connector.status(asked, signal))
  assert.equal(found, { targeted: 0, pending: 0, installed: 0, failed: 0 })
})

test.run()
