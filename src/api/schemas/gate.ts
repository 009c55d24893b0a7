import { z } from "@hono/zod-openapi"
import type { GateEvaluation, Incident, NewIncident } from "../../deployments/types.ts"
import { gateReasons, gateSources, gateVerdicts } from "../../rings/gate.ts"
import { line, orNull, ring, servedMoment, textOf } from "./fields.ts"

const devices = z.int().min(0)
const seconds = z.number().openapi({ description: "Seconds, holds left out", example: 86_400 })

const queryAnswerSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("value"), value: z.number() }),
  z.object({ kind: z.literal("empty") }),
  z.object({ kind: z.literal("error"), error: z.string() }),
])

const evidenceSchema = z.object({
  targeted: devices,
  pending: devices,
  installed: devices,
  failed: devices,
  elapsed_seconds: seconds,
  soaked_seconds: orNull(seconds),
  incidents: z.int().min(0),
  alerts: z.array(z.string()),
  query: orNull(z.object({ promql: z.string(), answer: queryAnswerSchema })),
})

export const gateEvaluationSchema = z
  .object({
    id: z.uuid(),
    ring,
    verdict: z.enum(gateVerdicts).openapi({ example: "failed" }),
    reason: z.enum(gateReasons).openapi({ example: "failure_limit" }),
    explanation: z.string().openapi({ example: "2 of 5 devices failed, more than 5 %." }),
    value: z.number().nullable().openapi({ description: "What was found; null where nothing was", example: 0.4 }),
    threshold: z.number().nullable().openapi({ description: "What it was held against", example: 0.05 }),
    sample: devices.openapi({ description: "Devices that had answered", example: 5 }),
    source: z.enum(gateSources).openapi({ description: "Where the value comes from", example: "devices" }),
    evidence: evidenceSchema,
    policy_version: z.int(),
    trace_id: z.string().nullable(),
    at: servedMoment,
  })
  .openapi("GateEvaluation")

export function gateEvaluationBody(gate: GateEvaluation): z.input<typeof gateEvaluationSchema> {
  const { id, ring: of, verdict, reason, explanation, value, threshold, sample, source, evidence } = gate
  return {
    id,
    ring: of,
    verdict,
    reason,
    explanation,
    value,
    threshold,
    sample,
    source,
    evidence: {
      ...evidence.counts,
      elapsed_seconds: evidence.elapsedSeconds,
      soaked_seconds: evidence.soakedSeconds,
      incidents: evidence.incidents,
      alerts: [...evidence.alerts],
      query: evidence.query ?? null,
    },
    policy_version: gate.policyVersion,
    trace_id: gate.traceId,
    at: textOf(gate.at),
  }
}

const summary = line(500).openapi({
  description: "What went wrong",
  example: "Outlook does not start after the update",
})
const reference = line(128).openapi({
  description: "The reporter's own number: reported again under it, it is the same incident",
  example: "INC-4711",
})

export const newIncidentSchema = z.strictObject({ summary, reference: reference.optional() }).openapi("NewIncident")

export const toNewIncident = (body: z.output<typeof newIncidentSchema>): NewIncident => body

export const incidentSchema = z
  .object({
    id: z.uuid(),
    ring,
    summary: z.string(),
    reference: z.string().nullable(),
    reported_by: z.string(),
    at: servedMoment,
  })
  .openapi("Incident")

export function incidentBody(incident: Incident): z.input<typeof incidentSchema> {
  const { id, ring: of, summary: what, reference: number, reportedBy, at } = incident
  return { id, ring: of, summary: what, reference: number, reported_by: reportedBy, at: textOf(at) }
}
