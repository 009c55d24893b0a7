import { isSpanContextValid, type Link, type SpanContext, trace } from "@opentelemetry/api"
import { parseTraceParent } from "@opentelemetry/core"

/** The span that is active, when it is a real one. */
export function activeSpanContext(): SpanContext | undefined {
  const context = trace.getActiveSpan()?.spanContext()
  return context !== undefined && isSpanContextValid(context) ? context : undefined
}

/** W3C form of a span's identity. https://www.w3.org/TR/trace-context/#traceparent-header */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`
}

/** The span that a traceparent names, elsewhere or earlier; undefined when the text is not one. */
export function remoteSpan(traceparent: string): SpanContext | undefined {
  const parsed = parseTraceParent(traceparent)
  return parsed !== null && isSpanContextValid(parsed) ? { ...parsed, isRemote: true } : undefined
}

/** Links to the spans that the texts name; what is not a traceparent is left out. */
export function linksTo(traceparents: readonly (string | null | undefined)[]): Link[] {
  return traceparents.flatMap((text) => {
    const context = typeof text === "string" ? remoteSpan(text) : undefined
    return context === undefined ? [] : [{ context }]
  })
}
