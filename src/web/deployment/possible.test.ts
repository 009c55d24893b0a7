import { test } from "uvu"
import * as assert from "uvu/assert"
import { aDetail } from "../../api/examples/deployments.ts"
import type { DeploymentApprovals } from "../../approvals/types.ts"
import { type DeploymentDetail, type DeploymentStatus, deploymentStatuses } from "../../deployments/types.ts"
import type { Role } from "../../lib/principal.ts"
import { possibleActions } from "./possible.ts"
import type { ActionId } from "./view.ts"

const heldAt = new Date("2026-03-01T12:00:06.000Z")
const [ring] = aDetail.rings
const approvals: DeploymentApprovals = {
  deploymentId: aDetail.id,
  status: "AWAITING_CAB",
  approvals: 0,
  required: 2,
  controlRequired: true,
  expiresAt: null,
  decisions: [],
}

interface Case {
  readonly role?: Role
  readonly name?: string
  readonly deployment?: Partial<DeploymentDetail>
  readonly decidedBy?: string
}

function offered({ role = "admin", name = "ada", deployment = {}, decidedBy }: Case): readonly ActionId[] {
  const at = new Date(0)
  const made = { decision: "approved", rationale: "r", conditions: [], controls: [], at } as const
  const decisions = decidedBy === undefined ? [] : [{ ...made, approver: decidedBy }]
  const before = { ...aDetail, currentRing: null, rings: [], gates: [], ...deployment }
  return possibleActions({
    deployment: before,
    approvals: { ...approvals, decisions },
    principal: { tokenId: "t", name, role },
  })
}

const byStatus: Readonly<Record<DeploymentStatus, readonly ActionId[]>> = {
  AWAITING_CAB: ["approve", "reject", "cancel"],
  APPROVED: ["hold", "cancel"],
  PENDING: ["hold", "cancel"],
  DEPLOYING: ["hold", "rollback"],
  COMPLETED: ["rollback"],
  REJECTED: [],
  FAILED: [],
  ROLLING_BACK: [],
  ROLLED_BACK: [],
  CANCELLED: [],
}
for (const status of deploymentStatuses)
  test(`an admin may ${byStatus[status].join(", ") || "nothing"} where it is ${status}`, () => {
    assert.equal(offered({ deployment: { status } }), byStatus[status])
  })

test("four eyes: who submitted it is offered to reject it and never to approve it, however the name is spelt", () => {
  const waiting = { status: "AWAITING_CAB", submitter: "Ada" } as const
  assert.equal(offered({ role: "approver", deployment: waiting }), ["reject"])
  assert.equal(offered({ role: "approver", name: "bob", deployment: waiting }), ["approve", "reject"])
})

test("nobody is asked to decide twice", () => {
  assert.equal(offered({ role: "approver", decidedBy: "ADA", deployment: { status: "AWAITING_CAB" } }), [])
})

const held = { status: "DEPLOYING", currentRing: "LAB", heldAt } as const
test("held by hand it is resumed; its gate has not spoken, so that it cannot be passed by", () => {
  const deployment = { ...held, rings: aDetail.rings, gates: aDetail.gates }
  assert.equal(offered({ role: "operator", deployment }), ["resume", "rollback", "incident"])
})

test("held by its gate it is resumed, or promoted in spite of it", () => {
  const gates = aDetail.gates.map((gate) => ({ ...gate, at: heldAt }))
  const deployment = { ...held, rings: aDetail.rings, gates }
  assert.equal(offered({ role: "operator", deployment }), ["promote", "resume", "rollback", "incident"])
})

test("passed and waiting it is promoted, and not resumed", () => {
  const rings = ring ? [{ ...ring, state: "passed" as const }] : []
  assert.equal(offered({ role: "operator", deployment: { ...held, rings } }), ["promote", "rollback", "incident"])
})

test("a viewer is offered nothing, and nobody anything with demo data", () => {
  assert.equal(offered({ role: "viewer", deployment: { status: "AWAITING_CAB" } }), [])
  assert.equal(offered({ deployment: { status: "AWAITING_CAB", demo: true } }), [])
})

test.run()
