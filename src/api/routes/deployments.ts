import { OpenAPIHono, z } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer, jsonRequest } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import { type ApiEnv, callerOf } from "../env.ts"
import { aDeployment, aDetail } from "../examples/deployments.ts"
import { anEvent } from "../examples/events.ts"
import { exampleLinks } from "../examples/links.ts"
import { fingerprintOf } from "../fingerprint.ts"
import { conditional } from "../middleware/conditional.ts"
import { nextPageLink } from "../next-page-link.ts"
import {
  deploymentBody,
  deploymentDetailBody,
  deploymentDetailSchema,
  deploymentPageBody,
  deploymentPageSchema,
  deploymentSchema,
} from "../schemas/deployment.ts"
import {
  deploymentQuerySchema,
  newDeploymentExample,
  newDeploymentSchema,
  toDeploymentFilter,
  toNewDeployment,
} from "../schemas/deployment-input.ts"
import { ifNoneMatchHeader, revisionTag } from "../schemas/etag.ts"
import { eventBody, eventListSchema } from "../schemas/event.ts"
import { idempotencyKey, idParameter } from "../schemas/fields.ts"
import { deploymentPath } from "../schemas/links.ts"

const tags = ["Deployments"]

const notModified = { description: "Nothing has changed: the answer is as If-None-Match knows it" }

const create = defineRoute(
  "createDeployment",
  {
    tags,
    summary: "Roll a version out",
    description:
      "Sent again with the same Idempotency-Key it makes nothing new and answers as the first time, with " +
      "`Idempotency-Replayed: true`.",
    request: {
      headers: z.object({ "Idempotency-Key": idempotencyKey.optional() }),
      body: jsonRequest(newDeploymentSchema, newDeploymentExample),
    },
    responses: {
      201: jsonAnswer("The deployment", deploymentSchema, deploymentBody(aDeployment, exampleLinks), {
        Location: "Path of the deployment",
        "Idempotency-Replayed": "`true` when nothing new was made",
      }),
    },
  },
  [
    "invalid_request",
    "conflict",
    "idempotency_in_flight",
    "payload_too_large",
    "unsupported_media_type",
    "invalid_fields",
    "idempotency_mismatch",
    "evidence_blocked",
    "connector_not_configured",
  ],
)

const list = defineRoute(
  "listDeployments",
  {
    tags,
    summary: "List deployments, newest first",
    description: "The next page is linked in `Link` with rel=next and named by `next`.",
    middleware: conditional(),
    request: { query: deploymentQuerySchema, headers: ifNoneMatchHeader },
    responses: {
      304: notModified,
      200: jsonAnswer(
        "A page of deployments",
        deploymentPageSchema,
        deploymentPageBody({ items: [aDeployment] }, exampleLinks),
        { Link: "The next page, rel=next", ETag: "Of this page as it is" },
      ),
    },
  },
  ["invalid_request"],
)

const get = defineRoute(
  "getDeployment",
  {
    tags,
    summary: "One deployment with its evidence and how far each ring got",
    middleware: conditional(),
    request: { params: idParameter, headers: ifNoneMatchHeader },
    responses: {
      200: jsonAnswer("The deployment", deploymentDetailSchema, deploymentDetailBody(aDetail, exampleLinks), {
        ETag: "What If-Match of its actions and If-None-Match take",
      }),
      304: notModified,
    },
  },
  ["invalid_request", "not_found"],
)

const listEvents = defineRoute(
  "listDeploymentEvents",
  {
    tags,
    summary: "Everything that happened to a deployment, oldest first",
    request: { params: idParameter },
    responses: {
      200: jsonAnswer("Its events, each chained to the one before", eventListSchema, {
        items: [eventBody(anEvent)],
      }),
    },
  },
  ["invalid_request", "not_found"],
)

/** Creating and reading deployments. */
export function deploymentRoutes({ services, links }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(create, async (c) => {
      const input = toNewDeployment(c.req.valid("json"))
      const key = c.req.valid("header")["Idempotency-Key"]
      const idempotency =
        key === undefined
          ? undefined
          : { key, fingerprint: fingerprintOf(create, { ...input, notBefore: input.notBefore?.toISOString() }) }
      const { deployment, replayed } = await services.createDeployment(callerOf(c), input, idempotency)
      if (replayed) c.header("Idempotency-Replayed", "true")
      c.header("Location", deploymentPath(deployment.id))
      return c.json(deploymentBody(deployment, links), 201)
    })
    .openapi(list, async (c) => {
      const page = deploymentPageBody(await services.listDeployments(toDeploymentFilter(c.req.valid("query"))), links)
      if (page.next !== null) c.header("Link", nextPageLink(c.req.url, page.next))
      return c.json(page, 200)
    })
    .openapi(get, async (c) => {
      const detail = await services.getDeployment(c.req.valid("param").id)
      const body = deploymentDetailBody(detail, links)
      c.header("ETag", revisionTag(detail.revision, body))
      return c.json(body, 200)
    })
    .openapi(listEvents, async (c) => {
      const events = await services.listDeploymentEvents(c.req.valid("param").id)
      return c.json({ items: events.map(eventBody) }, 200)
    })
}
