import type { DeploymentStatus } from "../deployments/types.ts"
import { type Ring, rings, ringsUpTo } from "../rings/rings.ts"
import type { Evidence } from "../risk/evidence.ts"
import { edrAgentEvidence, notepadEvidence, smallToolEvidence } from "../risk/examples.ts"
import type { RiskModel } from "../risk/model.ts"
import { type Assessment, assess } from "../risk/score.ts"
import { applicationsOf, at, type DemoApplication, type DemoUser, statusOf, usersOf } from "./catalogue.ts"
import { between, oneOf } from "./draw.ts"
import type { DemoCounts } from "./types.ts"

/** What becomes of one deployment, and by whom. */
export interface Plan {
  /** By which everything about it is drawn. */
  readonly name: string
  readonly application: DemoApplication
  readonly version: string
  readonly targetRing: Ring
  /** Where it is, or ended, if it has begun. */
  readonly lastRing: Ring
  readonly status: DeploymentStatus
  readonly submitter: string
  readonly approver: string
  readonly evidence: Evidence
  readonly assessment: Assessment
}

/** So many deployments, each application and each person in turn. */
export function plansOf(counts: DemoCounts, model: RiskModel): readonly Plan[] {
  const applications = applicationsOf(counts.applications)
  const users = usersOf(counts.users)
  return Array.from({ length: counts.deployments }, (_, index) => planOf(index, applications, users, model))
}

function planOf(
  index: number,
  applications: readonly DemoApplication[],
  users: readonly DemoUser[],
  model: RiskModel,
): Plan {
  const name = `deployment ${index}`
  const application = at(applications, index)
  const status = statusOf(index)
  const targetRing = oneOf(`${name} ring`, rings)
  const evidence = evidenceOf(name, application, status)
  const publishers = users.filter(({ role }) => role === "publisher")
  const approvers = users.filter(({ role }) => role === "approver")
  return {
    name,
    application,
    version: `${between(`${name} major`, 1, 24)}.${between(`${name} minor`, 0, 9)}.${Math.floor(index / applications.length)}`,
    targetRing,
    lastRing: status === "COMPLETED" ? targetRing : oneOf(`${name} last ring`, [rings[0], ...ringsUpTo(targetRing)]),
    status,
    submitter: at(publishers, index).name,
    approver: at(approvers, index).name,
    evidence,
    assessment: assess(model, { evidence, targetRing, history: { outcomes: 0, breach: false } }),
  }
}

/** What is to be decided on asks for it. Some of what waits has no evidence at all, and needs two people. */
function evidenceOf(name: string, { baseRisk }: DemoApplication, status: DeploymentStatus): Evidence {
  if (status === "AWAITING_CAB") return between(`${name} evidence`, 1, 3) === 1 ? {} : edrAgentEvidence
  if (baseRisk > 50 || status === "REJECTED") return edrAgentEvidence
  return baseRisk > 35 ? smallToolEvidence : notepadEvidence
}
