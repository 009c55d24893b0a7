import { test } from "uvu"
import * as assert from "uvu/assert"
import { against, answering, deploy, isPermanent, reference, request, rollback } from "./fixtures/against.ts"
import type { Exchange } from "./fixtures/exchange.ts"
import { intune } from "./fixtures/intune.ts"
import type { Connector } from "./types.ts"

test("an application that is not published cannot be assigned", async () => {
  const value = [{ id: "app-2", displayName: "{app} {version}", publishingState: "processing" }]
  const exchanges = [intune.token, answering(intune.application, { value })]
  isPermanent(await against("intune", exchanges, deploy), /no published application/)
})

test("a roll-back assigns the earlier version and withdraws the newer one, of this application alone", async () => {
  const value = [
    { id: "app-2", displayName: "{app} {version}" },
    { id: "app-3", displayName: "{app} 2.0.0" },
    { id: "app-4", displayName: "{app} Pro 2.0.0" },
  ]
  const newer = "/v1.0/deviceAppManagement/mobileApps/app-3/assignments"
  const exchanges: readonly Exchange[] = [
    intune.token,
    intune.application,
    intune.unassigned,
    intune.assign,
    answering(intune.versions, { value }),
    { ...intune.assigned, request: { ...intune.assigned.request, path: newer } },
    { ...intune.unassign, request: { ...intune.unassign.request, path: `${newer}/assignment-2` } },
  ]
  assert.equal(await against("intune", exchanges, rollback), { externalId: "assignment-2", existed: false })
})

test("an assignment that exists already is looked up and taken", async () => {
  const conflict = { ...intune.assign, answer: { status: 409, json: {} } }
  const exchanges = [intune.token, intune.application, intune.unassigned, conflict, intune.assigned, intune.versions]
  assert.equal(await against("intune", exchanges, deploy), { externalId: "assignment-2", existed: true })
})

test("what contradicts is withdrawn first, and is no error when it is gone; what is offered stays", async () => {
  const uninstall = { id: "old", intent: "uninstall", target: { groupId: "{group}" } }
  const offered = { id: "offered", intent: "available", target: { groupId: "{group}" } }
  const exchanges: readonly Exchange[] = [
    intune.token,
    intune.application,
    answering(intune.assigned, { value: [uninstall, offered] }),
    { ...intune.unassign, request: { ...intune.unassign.request, path: goneAssignment }, answer: { status: 404 } },
    intune.assign,
    intune.versions,
  ]
  assert.equal(await against("intune", exchanges, deploy), { externalId: "assignment-2", existed: false })
})

const goneAssignment = "/v1.0/deviceAppManagement/mobileApps/{appId}/assignments/old"

test("removing an application that does not exist is done", async () => {
  const exchanges = [intune.token, answering(intune.application, { value: [] })]
  const remove = (connector: Connector, signal: AbortSignal) => connector.rollback(request, signal)
  assert.equal(await against("intune", exchanges, remove), { externalId: reference, existed: true })
})

test.run()
