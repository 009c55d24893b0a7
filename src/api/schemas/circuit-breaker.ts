import { z } from "@hono/zod-openapi"
import { breakerStates, type CircuitBreaker } from "../../breaker/types.ts"
import { eventBody, eventSchema } from "./event.ts"
import { connectorType, servedMomentOrNull, textOf } from "./fields.ts"

const service = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, "must be the name of a back end")
  .openapi({ description: "The back end's configured name", example: "intune" })

export const serviceParameter = z.object({ service: service.openapi({ param: { name: "service", in: "path" } }) })

export const circuitBreakerSchema = z
  .object({
    service,
    connector_type: connectorType,
    state: z.enum(breakerStates).openapi("CircuitBreakerState", {
      description: "ISOLATED: taken out of service by an operator, until a reset",
      example: "OPEN",
    }),
    failures: z.int().openapi({ description: "Failures that counted since the last success" }),
    opened_at: servedMomentOrNull.openapi({ description: "Since when calls are not let through freely" }),
    retry_after_seconds: z.int().nullable().openapi({
      description: "Until a call may be tried; null when calls are let through, or only a reset will let them",
    }),
    reason: z.string().nullable().openapi({ description: "Why it was isolated" }),
    history: z.array(eventSchema).openapi({ description: "Its newest events, the newest first" }),
  })
  .openapi("CircuitBreaker")

export const circuitBreakerListSchema = z.object({ items: z.array(circuitBreakerSchema) }).openapi("CircuitBreakerList")

export function circuitBreakerBody(breaker: CircuitBreaker): z.input<typeof circuitBreakerSchema> {
  return {
    service: breaker.service,
    connector_type: breaker.connectorType,
    state: breaker.state,
    failures: breaker.failures,
    opened_at: textOf(breaker.openedAt),
    retry_after_seconds: breaker.retryAfterSeconds === null ? null : Math.ceil(breaker.retryAfterSeconds),
    reason: breaker.reason,
    history: breaker.history.map(eventBody),
  }
}
