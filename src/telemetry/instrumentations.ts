import type { IncomingMessage } from "node:http"
import { createRequire } from "node:module"
import type { Attributes } from "@opentelemetry/api"
import { registerInstrumentations } from "@opentelemetry/instrumentation"
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http"
import { RuntimeNodeInstrumentation } from "@opentelemetry/instrumentation-runtime-node"
import { UndiciInstrumentation, type UndiciRequest } from "@opentelemetry/instrumentation-undici"
import { peerAttributes } from "./connector-operation.ts"
import { countActive, isUnobserved, linkCaller } from "./http.ts"
import { redactText } from "./redact.ts"

/**
 * Observes HTTP in both directions and the runtime, with the providers registered globally. Returns what undoes it.
 * What is imported afterwards or before makes no difference: servers are patched in place, undici has channels.
 */
export function instrument(options: { readonly trustIncoming: boolean }): () => void {
  const undo = registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        disableOutgoingRequestInstrumentation: true, // requests are made with undici
        ignoreIncomingRequestHook: isUnobserved,
        startIncomingSpanHook: incomingQuery,
        responseHook: countActive,
        ...(!options.trustIncoming && { requestHook: linkCaller }),
      }),
      new UndiciInstrumentation({ requireParentforSpans: true, startSpanHook: outgoingAttributes }),
      new RuntimeNodeInstrumentation(),
    ],
  })
  createRequire(import.meta.url)("node:http") // the patch is applied when the module is required, once
  return undo
}

function incomingQuery(request: IncomingMessage): Attributes {
  const query = request.url?.split("?", 2)[1]
  return query === undefined ? {} : { "url.query": redactText(query) }
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
