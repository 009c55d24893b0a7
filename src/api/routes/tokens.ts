import { OpenAPIHono } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer, jsonRequest } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import { type ApiEnv, callerOf } from "../env.ts"
import { anIssuedToken, aToken } from "../examples/tokens.ts"
import { nextPageLink } from "../next-page-link.ts"
import { reasonSchema } from "../schemas/deployment-input.ts"
import {
  issuedTokenBody,
  issuedTokenSchema,
  newTokenSchema,
  tokenBody,
  tokenIdParameter,
  tokenPageBody,
  tokenPageSchema,
  tokenQuerySchema,
  tokenSchema,
  toNewToken,
  toTokenFilter,
} from "../schemas/token.ts"

const tags = ["Tokens"]
const bodyProblems = ["invalid_request", "payload_too_large", "unsupported_media_type", "invalid_fields"] as const

const create = defineRoute(
  "createToken",
  {
    tags,
    summary: "Make a token for a person",
    description: "The answer is the only one that ever holds the token; sent again, the request makes another.",
    request: { body: jsonRequest(newTokenSchema, { name: "ada", role: "approver", expires_in_days: 90 }) },
    responses: { 201: jsonAnswer("The token, this once", issuedTokenSchema, issuedTokenBody(anIssuedToken)) },
  },
  bodyProblems,
)

const list = defineRoute(
  "listTokens",
  {
    tags,
    summary: "List tokens, newest first: whose, and whether they are good",
    description: "The next page is linked in `Link` with rel=next and named by `next`.",
    request: { query: tokenQuerySchema },
    responses: {
      200: jsonAnswer("A page of tokens", tokenPageSchema, tokenPageBody({ items: [aToken] }), {
        Link: "The next page, rel=next",
      }),
    },
  },
  ["invalid_request"],
)

const revoke = defineRoute(
  "revokeToken",
  {
    tags,
    summary: "Revoke a token",
    description:
      "The next request with it is refused. It may be one's own, and the last of an admin. One that is revoked already " +
      "stays as it is.",
    request: { params: tokenIdParameter, body: jsonRequest(reasonSchema, { reason: "The laptop was lost" }) },
    responses: {
      200: jsonAnswer(
        "The token as it is now",
        tokenSchema,
        tokenBody({ ...aToken, state: "revoked", revokedAt: new Date("2026-03-02T12:00:00.000Z") }),
      ),
    },
  },
  ["not_found", ...bodyProblems],
)

export function tokenRoutes({ services }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(create, async (c) => {
      const issued = await services.createToken(callerOf(c), toNewToken(c.req.valid("json")))
      return c.json(issuedTokenBody(issued), 201)
    })
    .openapi(list, async (c) => {
      const page = tokenPageBody(await services.listTokens(toTokenFilter(c.req.valid("query"))))
      if (page.next !== null) c.header("Link", nextPageLink(c.req.url, page.next))
      return c.json(page, 200)
    })
    .openapi(revoke, async (c) => {
      const token = await services.revokeToken(callerOf(c), c.req.valid("param").id, c.req.valid("json").reason)
      return c.json(tokenBody(token), 200)
    })
}
