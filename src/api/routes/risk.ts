import { OpenAPIHono } from "@hono/zod-openapi"
import { riskModelV1 } from "../../risk/model.ts"
import { defineRoute, jsonAnswer, jsonRequest } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import type { ApiEnv } from "../env.ts"
import { aDetail } from "../examples/deployments.ts"
import {
  assessmentBody,
  assessmentSchema,
  riskModelBody,
  riskModelQuery,
  riskModelSchema,
  riskQuestionExample,
  riskQuestionSchema,
  toRiskQuestion,
} from "../schemas/risk.ts"

const tags = ["Risk"]

const assess = defineRoute(
  "assessRisk",
  {
    tags,
    summary: "Score a deployment without making it",
    description:
      "The same body, sent as a deployment now, is given the same score. Evidence that is missing raises it.",
    request: { body: jsonRequest(riskQuestionSchema, riskQuestionExample) },
    responses: {
      200: jsonAnswer("The score, explained factor by factor", assessmentSchema, assessmentBody(aDetail.risk)),
    },
  },
  ["invalid_request", "payload_too_large", "unsupported_media_type", "invalid_fields", "evidence_blocked"],
)

const model = defineRoute(
  "getRiskModel",
  {
    tags,
    summary: "The model that scores are made with, or an earlier version of it",
    request: { query: riskModelQuery },
    responses: { 200: jsonAnswer("Weights, levels and thresholds", riskModelSchema, riskModelBody(riskModelV1)) },
  },
  ["invalid_request", "not_found"],
)

export function riskRoutes({ services }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(assess, async (c) =>
      c.json(assessmentBody(await services.assessRisk(toRiskQuestion(c.req.valid("json")))), 200),
    )
    .openapi(model, async (c) => c.json(riskModelBody(await services.getRiskModel(c.req.valid("query").version)), 200))
}
