import type { ApiServices } from "../../api/services.ts"
import type { DeploymentApprovals } from "../../approvals/types.ts"
import type { DeploymentDetail } from "../../deployments/types.ts"
import type { Event } from "../../events/types.ts"

/** Everything that the page of a deployment tells. */
export interface Loaded {
  readonly deployment: DeploymentDetail
  readonly approvals: DeploymentApprovals
  /** Oldest first. */
  readonly events: readonly Event[]
}

/** Throws AppError `not_found`. */
export async function load(services: ApiServices, id: string): Promise<Loaded> {
  const [deployment, approvals, events] = await Promise.all([
    services.getDeployment(id),
    services.getApprovals(id),
    services.listDeploymentEvents(id),
  ])
  return { deployment, approvals, events }
}
