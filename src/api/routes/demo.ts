import { OpenAPIHono } from "@hono/zod-openapi"
import { demoDefaults } from "../../demo/types.ts"
import { defineRoute, jsonAnswer, jsonRequest } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import { type ApiEnv, callerOf } from "../env.ts"
import { someDemoData } from "../examples/demo.ts"
import {
  clearedDemoDataBody,
  clearedDemoDataSchema,
  demoCountsSchema,
  demoDataBody,
  demoDataSchema,
} from "../schemas/demo.ts"

const tags = ["Demo data"]

const seed = defineRoute(
  "seedDemoData",
  {
    tags,
    summary: "Make demo data",
    description:
      "Users, applications and deployments exactly as many as asked for, events at least as many. The same counts again " +
      "change nothing; other ones replace what there is. It is shown marked `demo`, nothing can be done with it, its " +
      "metrics have an `instance` of their own, and `/api/v1/dora` leaves it out unless asked.",
    request: { body: jsonRequest(demoCountsSchema, demoDefaults) },
    responses: { 200: jsonAnswer("The demo data that there is now", demoDataSchema, demoDataBody(someDemoData)) },
  },
  ["invalid_request", "payload_too_large", "unsupported_media_type", "invalid_fields"],
)

const clear = defineRoute(
  "clearDemoData",
  {
    tags,
    summary: "Take all demo data away",
    description: "Its metrics end within about a minute; no counter of anything real changes.",
    responses: { 200: jsonAnswer("What there was", clearedDemoDataSchema, clearedDemoDataBody(someDemoData)) },
  },
  [],
)

export function demoRoutes({ services }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(seed, async (c) =>
      c.json(demoDataBody(await services.seedDemoData(callerOf(c), c.req.valid("json"))), 200),
    )
    .openapi(clear, async (c) => c.json(clearedDemoDataBody(await services.clearDemoData(callerOf(c))), 200))
}
