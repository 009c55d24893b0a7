/** What the stand-ins of testing.ts answer about approvals, risk and policies. */
import { AppError } from "../../lib/errors.ts"
import { riskModelV1 } from "../../risk/model.ts"
import { assess } from "../../risk/score.ts"
import { anApprovalRequest, aPolicyVersion, aRing, aWaitingDeployment, someApprovals } from "../examples/decisions.ts"
import type { ApiServices } from "../services.ts"
import { known } from "./known.ts"

/** A model without history, as for an application that nobody has heard of. */
const unheardOf = { outcomes: 0, breach: false }

export const decisionStandIn = {
  approveDeployment: async (_caller, id) => known(id, { ...aWaitingDeployment, status: "APPROVED" as const }),
  rejectDeployment: async (_caller, id) => known(id, { ...aWaitingDeployment, status: "REJECTED" as const }),
  listApprovals: async () => ({ items: [anApprovalRequest] }),
  getApprovals: async (id) => known(id, someApprovals),
  assessRisk: async (question) => assess(riskModelV1, { ...question, history: unheardOf }),
  getRiskModel: async (version = riskModelV1.version) => {
    if (version !== riskModelV1.version) throw new AppError("not_found", `There is no version ${version}.`)
    return riskModelV1
  },
  listRings: async () => [aRing],
  getRingPolicy: async (ring) => ({ ...aPolicyVersion, ring }),
  listRingPolicies: async (ring, { limit }) =>
    [3, 2, 1].slice(0, limit).map((version) => ({ ...aPolicyVersion, ring, version })),
  changeRingPolicy: async (_caller, ring, policy) => ({ ...aPolicyVersion, ring, policy, version: 13 }),
} satisfies Partial<ApiServices>
