import { type Tracer, trace } from "@opentelemetry/api"

let current = trace.getTracer("eucora")

/** The tracer of this process; one that makes nothing until telemetry starts. Held here, as looking it up costs more than a span. */
export function tracer(): Tracer {
  return current
}

export function bindTracer(tracer: Tracer): void {
  current = tracer
}
