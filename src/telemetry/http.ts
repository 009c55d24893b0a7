import type { IncomingMessage, ServerResponse } from "node:http"
import {
  type Context,
  context,
  type Span,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from "@opentelemetry/api"
import { getRPCMetadata, W3CTraceContextPropagator } from "@opentelemetry/core"
import { httpMethods } from "./instruments.ts"
import { metrics } from "./metrics.ts"
import { linksTo } from "./traceparent.ts"

type Method = (typeof httpMethods)[number] | "_OTHER"

/**
 * Names the template that the request matched, such as `/api/v1/deployments/{id}`: the span's name and the label
 * `http.route`. Called by the router for every request it matched; one that matched nothing has no route.
 */
export function setHttpRoute(route: string): void {
  const metadata = getRPCMetadata(context.active())
  if (metadata !== undefined) metadata.route = route
}

/** Probes and scrapes say nothing about callers and would drown what does; a stream lasts as long as its client likes. */
const unobserved = /^(?:\/api\/v1)?\/(?:health(?:\/live|\/ready)?|metrics|events\/stream)\/?(?:\?|$)/

export function isUnobserved(request: IncomingMessage): boolean {
  return unobserved.test(request.url ?? "")
}

/** A stranger's trace is linked to, never continued: neither their ids nor their sampling decision are ours. */
export function linkCaller(span: Span, request: unknown): void {
  const { traceparent } = (request as IncomingMessage).headers
  if (typeof traceparent === "string") span.addLinks(linksTo([traceparent]))
}

/** Counts a request as active until its connection is done with it. */
export function countActive(_span: Span, response: unknown): void {
  const { req } = response as ServerResponse
  const labels = { "http.request.method": knownMethod(req.method), "url.scheme": "http" } as const
  metrics.activeRequests.add(labels, 1)
  ;(response as ServerResponse).once("close", () => metrics.activeRequests.add(labels, -1))
}

function knownMethod(method = ""): Method {
  return httpMethods.find((known) => known === method) ?? "_OTHER"
}

/**
 * Where trace context crosses the border of the process. In: only from callers that are trusted, and never baggage, which
 * nobody here reads. Out: nothing; back ends are third parties, and tasks carry their traceparent themselves.
 */
export class BorderPropagator implements TextMapPropagator {
  readonly #w3c = new W3CTraceContextPropagator()
  readonly #trusted: boolean

  constructor(options: { readonly trustIncoming: boolean }) {
    this.#trusted = options.trustIncoming
  }

  inject(_context: Context, _carrier: unknown, _setter: TextMapSetter): void {}

  extract(parent: Context, carrier: unknown, getter: TextMapGetter): Context {
    return this.#trusted ? this.#w3c.extract(parent, carrier, getter) : parent
  }

  fields(): string[] {
    return this.#w3c.fields()
  }
}
