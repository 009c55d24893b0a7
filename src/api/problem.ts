import { HTTPException } from "hono/http-exception"
import { AppError, type ErrorKind, type FieldError } from "../lib/errors.ts"
import type { ApiContext } from "./env.ts"

/** Beside the kinds of errors, those that only HTTP knows: fields of a well-formed body, and what ends before any route. */
export type ProblemKind = ErrorKind | "invalid_fields" | "request_timeout" | "headers_too_large"

interface Translation {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 412 | 413 | 415 | 422 | 428 | 429 | 431 | 500 | 503
  readonly title: string
  readonly retryAfterSeconds?: number
}

/** The one translation of errors to HTTP: 400 for what cannot be understood, 422 for what is understood and refused. */
export const translations: Readonly<Record<ProblemKind, Translation>> = {
  invalid_request: { status: 400, title: "The request is malformed" },
  invalid_fields: { status: 422, title: "Fields of the body are not valid" },
  unauthenticated: { status: 401, title: "A valid bearer token is needed" },
  forbidden: { status: 403, title: "The role of this token does not allow this" },
  not_found: { status: 404, title: "There is no such thing here" },
  method_not_allowed: { status: 405, title: "The method is not allowed here" },
  invalid_transition: { status: 409, title: "The deployment is not in a state that allows this" },
  four_eyes: { status: 403, title: "The submitter of a deployment may not approve it" },
  already_decided: { status: 409, title: "This person has decided already" },
  controls_required: { status: 422, title: "The score asks for a compensating control" },
  precondition_required: { status: 428, title: "If-Match is needed to change this" },
  precondition_failed: { status: 412, title: "It was changed meanwhile" },
  conflict: { status: 409, title: "The request conflicts with what is there" },
  idempotency_mismatch: { status: 422, title: "The Idempotency-Key belongs to another request" },
  idempotency_in_flight: { status: 409, title: "The same request is still being worked on", retryAfterSeconds: 1 },
  evidence_blocked: { status: 422, title: "The evidence forbids this deployment" },
  connector_not_configured: { status: 422, title: "The connector is not configured" },
  payload_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "The body is not of a supported type" },
  request_timeout: { status: 408, title: "The request came too slowly" },
  headers_too_large: { status: 431, title: "The headers are too large" },
  too_many_requests: { status: 429, title: "More was asked for than is allowed", retryAfterSeconds: 1 },
  unavailable: { status: 503, title: "A part that is needed cannot be reached", retryAfterSeconds: 1 },
  internal: { status: 500, title: "Something went wrong on our side" },
}

export interface Problem {
  readonly kind: ProblemKind
  readonly detail: string
  readonly fields?: readonly FieldError[]
  readonly retryAfterSeconds?: number | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export interface Occurrence {
  /** Path of the request; absent when there was none that could be read. */
  readonly instance?: string
  readonly correlationId: string
}

const maxErrors = 32
const maxFieldName = 128

/** A URN and not an address: it names the problem for ever, wherever the API is served. */
export const problemType = (kind: ProblemKind) => `urn:eucora:problem:${kind.replaceAll("_", "-")}`

/** The members of RFC 9457 and three of ours: `correlation_id`, and `errors` where fields are to blame. */
export function problemBody(problem: Problem, { instance, correlationId }: Occurrence): string {
  const { status, title } = translations[problem.kind]
  return JSON.stringify({
    type: problemType(problem.kind),
    title,
    status,
    detail: problem.detail,
    instance,
    correlation_id: correlationId,
    ...(problem.fields?.length ? { errors: problem.fields.slice(0, maxErrors).map(shortened) } : {}),
  })
}

/** Names of unknown fields come from the caller and may be as long as the body. */
function shortened({ field, message }: FieldError): FieldError {
  return { field: field.length > maxFieldName ? `${field.slice(0, maxFieldName)}…` : field, message }
}

export function problemHeaders(problem: Problem): Record<string, string> {
  const retryAfter = problem.retryAfterSeconds ?? translations[problem.kind].retryAfterSeconds
  return {
    "Content-Type": "application/problem+json",
    ...(retryAfter === undefined ? {} : { "Retry-After": String(Math.max(1, Math.ceil(retryAfter))) }),
    ...(problem.kind === "unauthenticated" ? { "WWW-Authenticate": 'Bearer realm="eucora"' } : {}),
    ...problem.headers,
  }
}

/** Answers with a problem. */
export function problemResponse(c: ApiContext, problem: Problem): Response {
  const occurrence = { instance: uriReference(c.req.url), correlationId: c.get("correlationId") }
  return c.body(problemBody(problem, occurrence), translations[problem.kind].status, problemHeaders(problem))
}

/** The path as it was sent, made a valid URI reference where a client left something unescaped. */
function uriReference(url: string): string {
  return encodeURI(new URL(url).pathname).replaceAll(/%25(?=[0-9A-Fa-f]{2})/g, "%")
}

/** What the caller is told about something thrown. Of what we did not foresee: nothing but that it happened. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof AppError) {
    const { kind, fields, retryAfterSeconds } = thrown
    return { kind, detail: thrown.message, fields, retryAfterSeconds }
  }
  if (thrown instanceof HTTPException && thrown.status < 500) return problemOfHono(thrown)
  return { kind: "internal", detail: "Nothing that you sent is to blame. Quote the correlation id when you report it." }
}

/** Hono itself throws for broken JSON and content types, where our own middleware has not refused them before. */
function problemOfHono({ status, message }: HTTPException): Problem {
  if (status === 415) return { kind: "unsupported_media_type", detail: message }
  if (status === 413) return { kind: "payload_too_large", detail: message }
  return { kind: "invalid_request", detail: message }
}
