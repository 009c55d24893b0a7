import { OpenAPIHono } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer, jsonRequest } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import { type ApiEnv, callerOf } from "../env.ts"
import { deploymentBody, deploymentSchema } from "../schemas/deployment.ts"
import { reasonSchema } from "../schemas/deployment-input.ts"
import { idParameter } from "../schemas/fields.ts"

const tags = ["Deployments"]
const request = { params: idParameter, body: jsonRequest(reasonSchema) }

const rollback = defineRoute(
  "rollbackDeployment",
  {
    tags,
    summary: "Return to the version of before",
    description: "Every ring goes back to the application's last completed version there; without one it is removed.",
    request,
    responses: { 202: jsonAnswer("The roll-back has begun", deploymentSchema) },
  },
  [
    "invalid_request",
    "not_found",
    "invalid_transition",
    "payload_too_large",
    "unsupported_media_type",
    "invalid_fields",
    "connector_not_configured",
  ],
)

const cancel = defineRoute(
  "cancelDeployment",
  {
    tags,
    summary: "Cancel a deployment that no ring has started",
    request,
    responses: { 200: jsonAnswer("The cancelled deployment", deploymentSchema) },
  },
  [
    "invalid_request",
    "not_found",
    "invalid_transition",
    "payload_too_large",
    "unsupported_media_type",
    "invalid_fields",
  ],
)

/** What people do to a deployment. */
export function deploymentActionRoutes({ services, links }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(rollback, async (c) => {
      const { reason } = c.req.valid("json")
      const deployment = await services.rollbackDeployment(callerOf(c), c.req.valid("param").id, reason)
      return c.json(deploymentBody(deployment, links), 202)
    })
    .openapi(cancel, async (c) => {
      const { reason } = c.req.valid("json")
      const deployment = await services.cancelDeployment(callerOf(c), c.req.valid("param").id, reason)
      return c.json(deploymentBody(deployment, links), 200)
    })
}
