import { z } from "@hono/zod-openapi"
import { connectorTypes } from "../../connectors/types.ts"
import { deploymentOutcomes, deploymentStatuses } from "../../deployments/types.ts"
import { rings } from "../../rings/rings.ts"

const control = "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029"

/** One line that a person can read: no control characters, no line breaks of any kind; white space around it goes. */
export const line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(new RegExp(`^[^${control}]*$`), "must not contain control characters")
    .openapi({ pattern: `^[^${control}]*[^${control}\\s][^${control}]*$` })

/** What a named schema needs to be null as well: `.nullable()` is lost beside a reference in the OpenAPI document. */
export const orNull = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()])

export const appName = line(128).openapi({ description: "Name of the application", example: "Notepad++" })
export const personName = line(128)
export const reason = line(500).openapi({
  description: "Why, for whoever reads the events later",
  example: "Crashes on start with the new print driver",
})

export const version = z
  .string()
  .regex(/^[A-Za-z0-9._+~-]{1,64}$/, "must be 1 to 64 letters, digits and . _ + ~ -")
  .openapi({ description: "Version to roll out", example: "8.7.1" })

export const ring = z.enum(rings).openapi("Ring", { description: "LAB first, GLOBAL last", example: "CANARY" })
export const connectorType = z.enum(connectorTypes).openapi("ConnectorType", {
  description: "The back end that is deployed through",
  example: "intune",
})
export const deploymentStatus = z.enum(deploymentStatuses).openapi("DeploymentStatus", {
  description: "Where it stands",
  example: "COMPLETED",
})
export const deploymentOutcome = z.enum(deploymentOutcomes).openapi("DeploymentOutcome", {
  description: "The first outcome reached; it never changes",
  example: "COMPLETED",
})

export const deploymentId = z.uuid().openapi({
  description: "Id of the deployment",
  example: "0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d11",
})
export const idParameter = z.object({ id: deploymentId.openapi({ param: { name: "id", in: "path" } }) })

export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, "must be 1 to 255 visible ASCII characters")
  .openapi({ description: "Makes repeating a request safe", example: "7c0d5cba-5b9c-4a0f-8a05-8d8f3e6f9b1c" })

/** A moment in RFC 3339 as it is sent to us. */
export const moment = z.iso.datetime({ offset: true }).openapi({ example: "2026-03-01T12:00:00Z" })

/** A moment as we answer it: RFC 3339 in UTC, milliseconds. */
export const servedMoment = z.string().openapi({ format: "date-time", example: "2026-03-01T12:00:00.000Z" })
export const servedMomentOrNull = servedMoment.nullable()

export function textOf(date: Date): string
export function textOf(date: Date | null): string | null
export function textOf(date: Date | null): string | null {
  return date === null ? null : date.toISOString()
}

export const limit = z.coerce.number().int().min(1).max(200).default(50).openapi({
  type: "integer",
  minimum: 1,
  maximum: 200,
  description: "Largest number of items on a page",
  example: 50,
})

/** A query parameter that is yes or no. */
export const flag = z
  .enum(["true", "false"])
  .transform((text) => text === "true")
  .openapi({ type: "string", enum: ["true", "false"], example: "false" })
