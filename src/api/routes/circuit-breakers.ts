import { OpenAPIHono } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer, jsonRequest } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import { type ApiEnv, callerOf } from "../env.ts"
import { aBreaker } from "../examples/operation.ts"
import {
  circuitBreakerBody,
  circuitBreakerListSchema,
  circuitBreakerSchema,
  serviceParameter,
} from "../schemas/circuit-breaker.ts"
import { reasonSchema } from "../schemas/deployment-input.ts"

const tags = ["Circuit breakers"]
const request = {
  params: serviceParameter,
  body: jsonRequest(reasonSchema, { reason: "The vendor has announced maintenance" }),
}
const problems = [
  "invalid_request",
  "not_found",
  "payload_too_large",
  "unsupported_media_type",
  "invalid_fields",
] as const

const list = defineRoute(
  "listCircuitBreakers",
  {
    tags,
    summary: "List the circuit breakers of all back ends, each with its newest events",
    responses: {
      200: jsonAnswer("One for each back end that is configured", circuitBreakerListSchema, {
        items: [circuitBreakerBody(aBreaker)],
      }),
    },
  },
  [],
)

const isolate = defineRoute(
  "isolateCircuitBreaker",
  {
    tags,
    summary: "Take a back end out of service",
    description: "No call is let through before a reset. Deployments wait and then go on where they stopped.",
    request,
    responses: {
      200: jsonAnswer(
        "The circuit breaker as it is now",
        circuitBreakerSchema,
        circuitBreakerBody({ ...aBreaker, state: "ISOLATED", retryAfterSeconds: null, reason: "Maintenance" }),
      ),
    },
  },
  problems,
)

const reset = defineRoute(
  "resetCircuitBreaker",
  {
    tags,
    summary: "Let calls through again, whatever the state",
    description: "In the first second after it few calls are let through, as after every closing.",
    request,
    responses: {
      200: jsonAnswer(
        "The circuit breaker as it is now",
        circuitBreakerSchema,
        circuitBreakerBody({ ...aBreaker, state: "CLOSED", failures: 0, openedAt: null, retryAfterSeconds: null }),
      ),
    },
  },
  problems,
)

export function circuitBreakerRoutes({ services }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const breakers = await services.listCircuitBreakers()
      return c.json({ items: breakers.map(circuitBreakerBody) }, 200)
    })
    .openapi(isolate, async (c) => {
      const { reason } = c.req.valid("json")
      const breaker = await services.isolateCircuitBreaker(callerOf(c), c.req.valid("param").service, reason)
      return c.json(circuitBreakerBody(breaker), 200)
    })
    .openapi(reset, async (c) => {
      const { reason } = c.req.valid("json")
      const breaker = await services.resetCircuitBreaker(callerOf(c), c.req.valid("param").service, reason)
      return c.json(circuitBreakerBody(breaker), 200)
    })
}
