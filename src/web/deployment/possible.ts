import { holdable, sources } from "../../deployments/state.ts"
import type { DeploymentDetail } from "../../deployments/types.ts"
import { may } from "../access.ts"
import { type ActionId, actionIds, type View } from "./view.ts"

type Subject = Pick<View, "deployment" | "approvals" | "principal">

/**
 * What somebody is offered: what their role may and the deployment's state allows. It keeps buttons away that could only
 * be refused; who refuses is the verb.
 */
export function possibleActions(subject: Subject): readonly ActionId[] {
  if (subject.deployment.demo) return []
  return actionIds.filter((id) => may(subject.principal, id) && conditions[id](subject))
}

const conditions: Readonly<Record<ActionId, (subject: Subject) => boolean>> = {
  approve: (subject) => waits(subject) && !isSubmitter(subject) && !hasDecided(subject),
  reject: (subject) => waits(subject) && !hasDecided(subject),
  promote: ({ deployment }) => isHeld(deployment) && deployment.status === "DEPLOYING" && canLeave(deployment),
  hold: ({ deployment }) => !isHeld(deployment) && holdable.includes(deployment.status),
  resume: ({ deployment }) => isHeld(deployment) && currentState(deployment) !== "passed",
  rollback: ({ deployment }) => sources("ROLLING_BACK").includes(deployment.status),
  cancel: ({ deployment }) => sources("CANCELLED").includes(deployment.status),
  incident: ({ deployment }) => deployment.currentRing !== null,
}

const waits = ({ deployment }: Subject) => deployment.status === "AWAITING_CAB"
/** People are compared as the verb compares them, whatever the case of their names. */
const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
const isSubmitter = ({ deployment, principal }: Subject) => same(deployment.submitter, principal.name)
const hasDecided = ({ approvals, principal }: Subject) =>
  approvals.decisions.some(({ approver }) => same(approver, principal.name))
const isHeld = ({ heldAt, status }: DeploymentDetail) => heldAt !== null && holdable.includes(status)
const currentState = ({ rings, currentRing }: DeploymentDetail) => rings.find(({ ring }) => ring === currentRing)?.state

/** Its gate has passed, or has spoken against it since it is held. */
function canLeave(deployment: DeploymentDetail): boolean {
  const { gates, currentRing, heldAt } = deployment
  if (heldAt === null || currentState(deployment) === "passed") return heldAt !== null
  return gates.some(({ ring, at }) => ring === currentRing && at.getTime() >= heldAt.getTime())
}
