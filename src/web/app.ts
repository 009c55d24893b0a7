import { Hono, type MiddlewareHandler } from "hono"
import type { Pages } from "../api/deps.ts"
import type { ApiEnv } from "../api/env.ts"
import { routingPath, webAccess, webOperationIds } from "./access.ts"
import { alertHandlers } from "./alerts/handlers.ts"
import { answerInWords } from "./answer.ts"
import { approvalHandlers } from "./approvals/handlers.ts"
import { assetHandlers } from "./assets.ts"
import { connectorHandlers } from "./connectors/handlers.ts"
import { actionHandlers } from "./deployment/actions.ts"
import { deploymentHandlers } from "./deployment/handlers.ts"
import { deploymentsHandlers } from "./deployments/handlers.ts"
import type { PageHandlers, WebDeps } from "./deps.ts"
import { doraHandlers } from "./dora/handlers.ts"
import { guards } from "./guard.ts"
import { liveHandlers } from "./live.ts"
import { newDeploymentHandlers } from "./new-deployment/handlers.ts"
import { ringHandlers } from "./rings/handlers.ts"
import { Sessions } from "./session.ts"
import { signInHandlers } from "./sign-in/handlers.ts"

/** The operator's pages, for `createApp` to serve beside the API. */
export function createPages(deps: WebDeps, limitToken: MiddlewareHandler<ApiEnv>): Pages {
  const { sessionKey: key, clock } = deps
  const sessions = new Sessions({ key, clock, secure: deps.links.publicUrl.startsWith("https:") })
  const handlers: PageHandlers<keyof typeof webAccess> = {
    ...signInHandlers(deps, sessions),
    ...assetHandlers,
    ...liveHandlers(deps),
    ...deploymentsHandlers(deps),
    ...newDeploymentHandlers(deps),
    ...deploymentHandlers(deps),
    ...actionHandlers(deps),
    ...approvalHandlers(deps),
    ...connectorHandlers(deps),
    ...ringHandlers(deps),
    ...alertHandlers(deps),
    ...doraHandlers(deps),
  }
  const app = new Hono<ApiEnv>()
  for (const id of webOperationIds) {
    const { method } = webAccess[id]
    app.on(method, [routingPath(id)], ...guards(id, { deps, sessions, limitToken }), handlers[id])
  }
  return { app, answer: answerInWords(sessions) }
}
