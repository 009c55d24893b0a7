import { OpenAPIHono } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer, jsonRequest } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import { type ApiEnv, callerOf, onlookerOf } from "../env.ts"
import { anApprovalRequest, aWaitingDeployment, someApprovals } from "../examples/decisions.ts"
import { exampleLinks } from "../examples/links.ts"
import { nextPageLink } from "../next-page-link.ts"
import {
  approvalExample,
  approvalPageBody,
  approvalPageSchema,
  approvalQuerySchema,
  approvalSchema,
  deploymentApprovalsBody,
  deploymentApprovalsSchema,
  rejectionSchema,
  toApproval,
  toApprovalFilter,
} from "../schemas/approval.ts"
import { deploymentBody, deploymentSchema } from "../schemas/deployment.ts"
import { ifMatchRevisionHeader } from "../schemas/etag.ts"
import { idParameter } from "../schemas/fields.ts"

const tags = ["Approvals"]
const problems = [
  "invalid_request",
  "not_found",
  "already_decided",
  "invalid_transition",
  "precondition_failed",
  "payload_too_large",
  "unsupported_media_type",
  "invalid_fields",
] as const

const approve = defineRoute(
  "approveDeployment",
  {
    tags,
    summary: "Approve a deployment that waits for it",
    description:
      "The last approval that it needs sends it on its way. Whoever submitted it may not approve it, and nobody decides twice.",
    request: {
      params: idParameter,
      headers: ifMatchRevisionHeader,
      body: jsonRequest(approvalSchema, approvalExample),
    },
    responses: {
      200: jsonAnswer(
        "The deployment, AWAITING_CAB while approvals are missing",
        deploymentSchema,
        deploymentBody(aWaitingDeployment, exampleLinks),
      ),
    },
  },
  [...problems, "four_eyes", "controls_required"],
)

const reject = defineRoute(
  "rejectDeployment",
  {
    tags,
    summary: "Reject a deployment that waits for approval",
    description: "One rejection is enough, also when others have approved. Whoever submitted it may reject it.",
    request: {
      params: idParameter,
      headers: ifMatchRevisionHeader,
      body: jsonRequest(rejectionSchema, { rationale: "The vendor has withdrawn this version" }),
    },
    responses: {
      200: jsonAnswer(
        "The rejected deployment",
        deploymentSchema,
        deploymentBody({ ...aWaitingDeployment, status: "REJECTED", outcome: "REJECTED" }, exampleLinks),
      ),
    },
  },
  problems,
)

const list = defineRoute(
  "listApprovals",
  {
    tags,
    summary: "List what waits for the caller's decision, what the caller has decided on, or what expires soon",
    description: "The next page is linked in `Link` with rel=next and named by `next`.",
    request: { query: approvalQuerySchema },
    responses: {
      200: jsonAnswer(
        "A page of requests",
        approvalPageSchema,
        approvalPageBody({ items: [anApprovalRequest] }, exampleLinks),
        { Link: "The next page, rel=next" },
      ),
    },
  },
  ["invalid_request"],
)

const get = defineRoute(
  "getDeploymentApprovals",
  {
    tags,
    summary: "Who decided what on a deployment, and what it still needs",
    request: { params: idParameter },
    responses: {
      200: jsonAnswer("The decisions, oldest first", deploymentApprovalsSchema, deploymentApprovalsBody(someApprovals)),
    },
  },
  ["invalid_request", "not_found"],
)

export function approvalRoutes({ services, links }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(approve, async (c) => {
      const approval = toApproval(c.req.valid("json"))
      const deployment = await services.approveDeployment(onlookerOf(c), c.req.valid("param").id, approval)
      return c.json(deploymentBody(deployment, links), 200)
    })
    .openapi(reject, async (c) => {
      const { rationale } = c.req.valid("json")
      const deployment = await services.rejectDeployment(onlookerOf(c), c.req.valid("param").id, rationale)
      return c.json(deploymentBody(deployment, links), 200)
    })
    .openapi(list, async (c) => {
      const found = await services.listApprovals(callerOf(c), toApprovalFilter(c.req.valid("query")))
      const page = approvalPageBody(found, links)
      if (page.next !== null) c.header("Link", nextPageLink(c.req.url, page.next))
      return c.json(page, 200)
    })
    .openapi(get, async (c) =>
      c.json(deploymentApprovalsBody(await services.getApprovals(c.req.valid("param").id)), 200),
    )
}
