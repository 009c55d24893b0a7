import { type Attributes, type Context, context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api"
import { suppressTracing } from "@opentelemetry/core"
import { ConnectorError } from "../connectors/types.ts"
import { AppError } from "../lib/errors.ts"
import { type Correlation, runCorrelated } from "./correlation.ts"
import { describeError, errorCode } from "./describe-error.ts"
import { redactText } from "./redact.ts"
import { activeSpanContext, formatTraceparent, linksTo, remoteSpan } from "./traceparent.ts"
import { tracer } from "./tracer.ts"

export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>

const kinds = {
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const

export interface SpanOptions {
  readonly kind?: keyof typeof kinds
  /** Traceparent to continue instead of the active span, such as the one stored with a deployment. */
  readonly parent?: string | null | undefined
  /** Traceparents of what led here, such as the stage before. */
  readonly links?: readonly (string | null | undefined)[]
}

/**
 * Runs `fn` inside a span and ends it. A thrown error is noted on the span and thrown on; the span's status becomes
 * ERROR unless the error is one that a caller causes (an AppError of a 4xx kind).
 */
export function withSpan<T>(
  name: string,
  attributes: SpanAttributes,
  fn: () => Promise<T>,
  options: SpanOptions = {},
): Promise<T> {
  const parent = parentContext(options.parent)
  const links = options.links === undefined ? {} : { links: linksTo(options.links) }
  const span = tracer().startSpan(name, { kind: kinds[options.kind ?? "internal"], ...links }, parent)
  span.setAttributes(attributes as Attributes) // not at the start, where they are copied three times over
  return context.with(trace.setSpan(parent, span), () => finish(span, fn))
}

function parentContext(traceparent: string | null | undefined): Context {
  const remote = typeof traceparent === "string" ? remoteSpan(traceparent) : undefined
  return remote === undefined ? context.active() : trace.setSpanContext(context.active(), remote)
}

async function finish<T>(span: Span, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn()
  } catch (thrown) {
    recordFailure(span, thrown)
    throw thrown
  } finally {
    span.end()
  }
}

/** Kinds of AppError that are answered with 5xx. */
const ourFault: ReadonlySet<string> = new Set(["internal", "unavailable"])

/** Notes on a span what was thrown, without what nobody may read there. */
export function recordFailure(span: Span, thrown: unknown): void {
  if (!span.isRecording()) return
  span.setAttribute("error.type", errorType(thrown))
  if (thrown instanceof AppError && !ourFault.has(thrown.kind)) return
  if (thrown instanceof ConnectorError) span.setAttribute("eucora.error.class", thrown.errorClass)
  const { type, message, stack } = describeError(thrown)
  const text = redactText(message)
  span.setStatus({ code: SpanStatusCode.ERROR, message: text })
  span.recordException({ name: type, message: text, ...(stack !== undefined && { stack }) })
}

function errorType(thrown: unknown): string {
  if (thrown instanceof AppError) return thrown.kind
  return thrown instanceof ConnectorError ? thrown.errorType : errorCode(thrown)
}

/** W3C traceparent of the active span, to be stored or sent along; undefined outside of any. */
export function currentTraceparent(): string | undefined {
  const active = activeSpanContext()
  return active === undefined ? undefined : formatTraceparent(active)
}

/** Trace id (32 hex digits) of the active span; undefined outside of any. */
export function currentTraceId(): string | undefined {
  return activeSpanContext()?.traceId
}

/** Adds attributes to the active span. Ours begin with `eucora.`; `deployment.*` follow the semantic conventions. */
export function setSpanAttributes(attributes: SpanAttributes): void {
  trace.getActiveSpan()?.setAttributes(attributes as Attributes)
}

/** Adds a point in time to the active span. */
export function addSpanEvent(name: string, attributes: SpanAttributes = {}): void {
  trace.getActiveSpan()?.addEvent(name, attributes as Attributes)
}

/** Runs `fn` without spans: for what is asked again and again, and is worth a trace only when something comes of it. */
export function untraced<T>(fn: () => Promise<T>): Promise<T> {
  return context.with(suppressTracing(context.active()), fn)
}

/** Runs `fn` so that its log lines, its spans and the active span carry the correlation id and the principal. */
export function withCorrelation<T>(correlationId: string, principal: string | undefined, fn: () => T): T {
  const correlation: Correlation = { correlationId, principal }
  setSpanAttributes({ "eucora.correlation_id": correlationId })
  return runCorrelated(correlation, fn)
}

/** https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/ */
function messaging(taskName: string, operation: "send" | "process"): SpanAttributes {
  return {
    "messaging.system": "pg-boss",
    "messaging.destination.name": taskName,
    "messaging.operation.name": operation,
    "messaging.operation.type": operation,
  }
}

/** Enqueues inside a span `send <task>`; `fn` stores `currentTraceparent()` in the task, for its consumer. */
export function producerSpan<T>(taskName: string, fn: () => Promise<T>): Promise<T> {
  return withSpan(`send ${taskName}`, messaging(taskName, "send"), fn, { kind: "producer" })
}

/** Runs a task inside a span `process <task>`, in the trace of the one who enqueued it. */
export function consumerSpan<T>(
  taskName: string,
  options: Pick<SpanOptions, "parent" | "links"> & { readonly attributes?: SpanAttributes },
  fn: () => Promise<T>,
): Promise<T> {
  const { attributes, ...lineage } = options
  return withSpan(`process ${taskName}`, { ...messaging(taskName, "process"), ...attributes }, fn, {
    ...lineage,
    kind: "consumer",
  })
}
