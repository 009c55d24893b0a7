import { OpenAPIHono } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer, jsonRequest } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import { type ApiEnv, callerOf } from "../env.ts"
import { aPolicyBody, aPolicyVersion, aRing } from "../examples/decisions.ts"
import { nextPageLink } from "../next-page-link.ts"
import {
  etagOf,
  ifMatchHeader,
  policyPageBody,
  policyPageQuery,
  policyPageSchema,
  policyVersionBody,
  policyVersionSchema,
  ringBody,
  ringListSchema,
  ringParameter,
  ringPolicyBodySchema,
  toExpectedVersion,
  toRingPolicy,
} from "../schemas/ring.ts"

const tags = ["Rings"]
const etag = { ETag: "The version in double quotes: what If-Match takes" }

const list = defineRoute(
  "listRings",
  {
    tags,
    summary: "List the rings, each with its policy in force and what is going on in it",
    responses: { 200: jsonAnswer("LAB first, GLOBAL last", ringListSchema, { items: [ringBody(aRing)] }) },
  },
  [],
)

const get = defineRoute(
  "getRingPolicy",
  {
    tags,
    summary: "How a ring is rolled out and judged",
    request: { params: ringParameter },
    responses: { 200: jsonAnswer("The policy in force", policyVersionSchema, policyVersionBody(aPolicyVersion), etag) },
  },
  ["invalid_request"],
)

const change = defineRoute(
  "changeRingPolicy",
  {
    tags,
    summary: "Change how a ring is rolled out and judged",
    description: "Holds for deployments that start from now on; those under way keep the policy they began with.",
    request: { params: ringParameter, headers: ifMatchHeader, body: jsonRequest(ringPolicyBodySchema, aPolicyBody) },
    responses: {
      200: jsonAnswer("The policy now in force", policyVersionSchema, policyVersionBody(aPolicyVersion), etag),
    },
  },
  [
    "invalid_request",
    "precondition_required",
    "precondition_failed",
    "payload_too_large",
    "unsupported_media_type",
    "invalid_fields",
  ],
)

const versions = defineRoute(
  "listRingPolicies",
  {
    tags,
    summary: "Every policy that a ring had, newest first",
    description: "The next page is linked in `Link` with rel=next and named by `next`.",
    request: { params: ringParameter, query: policyPageQuery },
    responses: {
      200: jsonAnswer("A page of policies", policyPageSchema, policyPageBody([aPolicyVersion], 1), {
        Link: "The next page, rel=next",
      }),
    },
  },
  ["invalid_request"],
)

export function ringRoutes({ services }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => c.json({ items: (await services.listRings()).map(ringBody) }, 200))
    .openapi(get, async (c) => {
      const found = await services.getRingPolicy(c.req.valid("param").ring)
      c.header("ETag", etagOf(found))
      return c.json(policyVersionBody(found), 200)
    })
    .openapi(change, async (c) => {
      const { ring } = c.req.valid("param")
      const expected = toExpectedVersion(c.req.valid("header")["If-Match"])
      const changed = await services.changeRingPolicy(callerOf(c), ring, toRingPolicy(c.req.valid("json")), expected)
      c.header("ETag", etagOf(changed))
      return c.json(policyVersionBody(changed), 200)
    })
    .openapi(versions, async (c) => {
      const { limit, cursor: before } = c.req.valid("query")
      const found = await services.listRingPolicies(c.req.valid("param").ring, { before, limit: limit + 1 })
      const page = policyPageBody(found, limit)
      if (page.next !== null) c.header("Link", nextPageLink(c.req.url, page.next))
      return c.json(page, 200)
    })
}
