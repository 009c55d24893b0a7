import type { Attributes } from "@opentelemetry/api"
import { registerInstrumentations } from "@opentelemetry/instrumentation"
import { RuntimeNodeInstrumentation } from "@opentelemetry/instrumentation-runtime-node"
import { UndiciInstrumentation, type UndiciRequest } from "@opentelemetry/instrumentation-undici"
import { peerAttributes } from "./connector-operation.ts"
import { type Callers, observeServers } from "./http.ts"
import { redactText } from "./redact.ts"

/**
 * Observes HTTP in both directions and the runtime, with the providers registered globally. Returns what undoes it.
 * Nothing has to be imported after it: servers are patched in place, undici and the runtime tell by themselves.
 */
export function instrument(callers: Callers): () => void {
  const forgetServers = observeServers(callers)
  const undo = registerInstrumentations({
    instrumentations: [
      new UndiciInstrumentation({ requireParentforSpans: true, startSpanHook: outgoingAttributes }),
      new RuntimeNodeInstrumentation(),
    ],
  })
  return () => {
    forgetServers()
    undo()
  }
}

/** The instrumentation's own attributes, as far as they may hold a secret or do not know the peer. */
function outgoingAttributes(request: UndiciRequest): Attributes {
  const [path = "", query = ""] = request.path.split("?", 2)
  const clean = redactText(query)
  return {
    ...peerAttributes(),
    "url.full": `${request.origin}${path}${clean && `?${clean}`}`,
    "url.query": clean,
  }
}
