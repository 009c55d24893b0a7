import { OpenAPIHono } from "@hono/zod-openapi"
import type { Deployment } from "../../deployments/types.ts"
import { defineRoute, jsonAnswer, jsonRequest } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import { type ApiEnv, callerOf, onlookerOf } from "../env.ts"
import { aWaitingDeployment } from "../examples/decisions.ts"
import { aDeployment, aHeldDeployment, anIncident } from "../examples/deployments.ts"
import { exampleLinks } from "../examples/links.ts"
import type { ProblemKind } from "../problem.ts"
import { deploymentBody, deploymentSchema } from "../schemas/deployment.ts"
import { reasonSchema } from "../schemas/deployment-input.ts"
import { ifMatchRevisionHeader } from "../schemas/etag.ts"
import { idParameter } from "../schemas/fields.ts"
import { incidentBody, incidentSchema, newIncidentSchema, toNewIncident } from "../schemas/gate.ts"

const tags = ["Deployments"]
const request = {
  params: idParameter,
  headers: ifMatchRevisionHeader,
  body: jsonRequest(reasonSchema, { reason: "Crashes on start with the new print driver" }),
}
const problems: ProblemKind[] = [
  "invalid_request",
  "not_found",
  "invalid_transition",
  "payload_too_large",
  "unsupported_media_type",
  "invalid_fields",
]

const actionProblems: ProblemKind[] = [...problems, "precondition_failed"]

const answered = (description: string, example: Deployment) =>
  jsonAnswer(description, deploymentSchema, deploymentBody(example, exampleLinks))

const rollback = defineRoute(
  "rollbackDeployment",
  {
    tags,
    summary: "Return to the version of before",
    description:
      "From any ring, or after it has completed: every ring goes back, in reverse, to the application's last completed " +
      "version there; without one it is removed.",
    request,
    responses: { 202: answered("The roll-back has begun", { ...aDeployment, status: "ROLLING_BACK" }) },
  },
  actionProblems,
)

const cancel = defineRoute(
  "cancelDeployment",
  {
    tags,
    summary: "Cancel a deployment that no ring has started",
    request,
    responses: {
      200: answered("The cancelled deployment", { ...aWaitingDeployment, status: "CANCELLED", outcome: "CANCELLED" }),
    },
  },
  actionProblems,
)

const promote = defineRoute(
  "promoteDeployment",
  {
    tags,
    summary: "Send a deployment on that its gate holds",
    description:
      "To the next ring when promotion is manual and the gate has passed, or in spite of its gate, which the event " +
      "then says (`overridden`). A gate that has not spoken cannot be passed by.",
    request,
    responses: { 200: answered("The deployment, on its way", aDeployment) },
  },
  actionProblems,
)

const hold = defineRoute(
  "holdDeployment",
  {
    tags,
    summary: "Keep a deployment where it is",
    description: "It enters no ring and no gate judges it. What is in a ring already is measured on.",
    request,
    responses: { 200: answered("The held deployment", aHeldDeployment) },
  },
  actionProblems,
)

const resume = defineRoute(
  "resumeDeployment",
  {
    tags,
    summary: "Let a held deployment go on",
    description: "Its gate judges it anew. Its time on hold counts neither as soak nor towards a limit.",
    request,
    responses: { 200: answered("The deployment, on its way", aDeployment) },
  },
  actionProblems,
)

const report = defineRoute(
  "reportIncident",
  {
    tags,
    summary: "Report that something went wrong where it is rolled out",
    description: "More of them than the ring's policy allows, and the gate fails at once.",
    request: {
      params: idParameter,
      body: jsonRequest(newIncidentSchema, {
        summary: "Outlook does not start after the update",
        reference: "INC-4711",
      }),
    },
    responses: {
      201: jsonAnswer(
        "The incident; the one that was there when its reference was",
        incidentSchema,
        incidentBody(anIncident),
      ),
    },
  },
  problems,
)

/** What people do to a deployment. */
export function deploymentActionRoutes({ services, links }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(rollback, async (c) => {
      const { reason } = c.req.valid("json")
      const deployment = await services.rollbackDeployment(onlookerOf(c), c.req.valid("param").id, reason)
      return c.json(deploymentBody(deployment, links), 202)
    })
    .openapi(cancel, async (c) => {
      const { reason } = c.req.valid("json")
      const deployment = await services.cancelDeployment(onlookerOf(c), c.req.valid("param").id, reason)
      return c.json(deploymentBody(deployment, links), 200)
    })
    .openapi(promote, async (c) => {
      const { reason } = c.req.valid("json")
      const deployment = await services.promoteDeployment(onlookerOf(c), c.req.valid("param").id, reason)
      return c.json(deploymentBody(deployment, links), 200)
    })
    .openapi(hold, async (c) => {
      const { reason } = c.req.valid("json")
      const deployment = await services.holdDeployment(onlookerOf(c), c.req.valid("param").id, reason)
      return c.json(deploymentBody(deployment, links), 200)
    })
    .openapi(resume, async (c) => {
      const { reason } = c.req.valid("json")
      const deployment = await services.resumeDeployment(onlookerOf(c), c.req.valid("param").id, reason)
      return c.json(deploymentBody(deployment, links), 200)
    })
    .openapi(report, async (c) => {
      const incident = toNewIncident(c.req.valid("json"))
      return c.json(incidentBody(await services.reportIncident(callerOf(c), c.req.valid("param").id, incident)), 201)
    })
}
