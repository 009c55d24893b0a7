import type { ContentfulStatusCode } from "hono/utils/http-status"
import type { ApiContext } from "../../api/env.ts"
import { idParameter } from "../../api/schemas/fields.ts"
import type { DeploymentStatus } from "../../deployments/types.ts"
import { AppError } from "../../lib/errors.ts"
import { addressOf } from "../access.ts"
import type { PageHandlers, WebDeps } from "../deps.ts"
import { respond } from "../parts/page.ts"
import { load } from "./load.ts"
import { deploymentPage } from "./page.ts"
import type { Attempt } from "./view.ts"

/** In these its devices are looked at without an event saying so. */
const moving: readonly DeploymentStatus[] = ["APPROVED", "PENDING", "DEPLOYING", "ROLLING_BACK"]
/** How often. Seconds. */
const movingSeconds = 2

export function deploymentHandlers(deps: WebDeps): PageHandlers<"showDeployment"> {
  return { showDeployment: (c) => showDeployment(deps, c, idOf(c)) }
}

/** The deployment that a path names. Throws AppError `not_found` for what is no id. */
export function idOf(c: ApiContext): string {
  const parsed = idParameter.safeParse(c.req.param())
  if (!parsed.success) throw new AppError("not_found", "There is no such deployment.")
  return parsed.data.id
}

/** One deployment's page, with what somebody tried to do to it, where that did not work. */
export async function showDeployment(
  deps: WebDeps,
  c: ApiContext,
  id: string,
  attempt?: Attempt,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  const loaded = await load(deps.services, id)
  const { appName, version, status: own } = loaded.deployment
  const view = { deps, c, ...loaded, principal: c.get("principal"), nowMs: deps.clock.nowMs(), attempt }
  const live = {
    self: addressOf("showDeployment", { id }),
    deploymentId: loaded.deployment.id,
    everySeconds: moving.includes(own) ? movingSeconds : undefined,
  }
  const title = `${appName} ${version}`
  return respond(c, { title, current: "showDeployments", live, main: deploymentPage(view) }, status)
}
